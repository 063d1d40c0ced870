-- Partitions whose columns and triggers are not those of their table.
CREATE TABLE auth.visits (id uuid, user_id uuid, kind int, note text DEFAULT 'table') PARTITION BY LIST (kind);
CREATE TABLE auth.visits_1 PARTITION OF auth.visits (note DEFAULT 'partition') FOR VALUES IN (1);
CREATE TABLE auth.visits_2 PARTITION OF auth.visits FOR VALUES IN (2);
ALTER TABLE auth.visits_1 ALTER user_id SET NOT NULL;
ALTER TABLE auth.visits_1 ALTER note SET STORAGE EXTERNAL, ALTER note SET STATISTICS 55;
ALTER TABLE auth.visits_1 ALTER note SET COMPRESSION pglz, ALTER note SET (n_distinct = 5);
COMMENT ON COLUMN auth.visits_1.note IS 'of the partition';
GRANT SELECT (note) ON auth.visits_1 TO authenticated;
ALTER TABLE auth.visits_2 ALTER note DROP DEFAULT;
CREATE TRIGGER watched AFTER UPDATE ON auth.visits FOR EACH ROW EXECUTE FUNCTION storage.enforce_bucket_name_length();
ALTER TABLE auth.visits_2 DISABLE TRIGGER watched;
-- Partitions that came after settings of their table, and partitions of a partition.
ALTER TABLE auth.visits ALTER note SET STATISTICS 70, ALTER note SET COMPRESSION pglz, ALTER note SET (n_distinct = 9);
ALTER TABLE auth.visits_1 ALTER note SET STATISTICS 55;
CREATE TABLE auth.visits_others PARTITION OF auth.visits DEFAULT PARTITION BY HASH (id);
CREATE TABLE auth.visits_others_0 PARTITION OF auth.visits_others FOR VALUES WITH (modulus 1, remainder 0);
ALTER TABLE auth.visits_others ALTER note SET DEFAULT 'others';
ALTER TABLE ONLY auth.visits_others ALTER note SET DEFAULT 'none', ALTER note SET STATISTICS 20;
ALTER TABLE auth.visits_others ALTER user_id SET NOT NULL;
ALTER TABLE ONLY auth.visits_others ENABLE ALWAYS TRIGGER watched;
INSERT INTO auth.visits SELECT id, id, 1 FROM auth.users UNION ALL SELECT id, id, 2 FROM auth.users;
