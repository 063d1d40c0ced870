-- Folders and depths, before the triggers that would make them up; one file in twenty has no depth,
-- because it came in before there was one and nobody has touched it since.

ALTER TABLE storage.objects DISABLE TRIGGER update_objects_updated_at;
UPDATE storage.objects SET level = storage.get_level(name)
WHERE ('x' || left(md5(id::text), 4))::bit(16)::integer % 20 > 0;
ALTER TABLE storage.objects ENABLE TRIGGER update_objects_updated_at;

-- An empty folder beside those that the names of files give.
INSERT INTO storage.prefixes (bucket_id, name, created_at, updated_at)
SELECT DISTINCT
  folder.bucket_id, folder.name, pg_temp.moment(folder.bucket_id || folder.name),
  CASE WHEN length(folder.name) % 3 > 0 THEN pg_temp.moment(folder.name) END
FROM (
  SELECT file.bucket_id, prefix AS name
  FROM storage.objects AS file CROSS JOIN unnest(storage.get_prefixes(file.name)) AS prefix
  WHERE file.bucket_id IS NOT NULL AND prefix <> ''
  UNION ALL
  SELECT project.ref || '-documents', E'empty \U0001F680/fold\\er' FROM project
) AS folder;

SET LOCAL ROLE supabase_storage_admin;

CREATE UNIQUE INDEX objects_bucket_id_level_idx
  ON storage.objects (bucket_id, level, name COLLATE "C");
CREATE UNIQUE INDEX idx_name_bucket_level_unique
  ON storage.objects (name COLLATE "C", bucket_id, level);
CREATE INDEX idx_objects_lower_name ON storage.objects
  ((path_tokens[level]), lower(name) text_pattern_ops, bucket_id, level);

CREATE TRIGGER prefixes_create_hierarchy
  BEFORE INSERT ON storage.prefixes
  FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION storage.prefixes_insert_trigger();
CREATE TRIGGER prefixes_delete_hierarchy
  AFTER DELETE ON storage.prefixes
  FOR EACH ROW EXECUTE FUNCTION storage.delete_prefix_hierarchy_trigger();
CREATE TRIGGER objects_insert_create_prefix
  BEFORE INSERT ON storage.objects
  FOR EACH ROW EXECUTE FUNCTION storage.objects_insert_prefix_trigger();
CREATE TRIGGER objects_update_create_prefix
  BEFORE UPDATE ON storage.objects
  FOR EACH ROW WHEN (new.name <> old.name OR new.bucket_id <> old.bucket_id)
  EXECUTE FUNCTION storage.objects_insert_prefix_trigger();
CREATE TRIGGER objects_delete_delete_prefix
  AFTER DELETE ON storage.objects
  FOR EACH ROW EXECUTE FUNCTION storage.delete_prefix_hierarchy_trigger();

DELETE FROM storage.migrations WHERE id > 43;

RESET ROLE;
