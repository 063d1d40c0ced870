-- Constraints whose indexes are not valid: DROP INDEX would be refused.
ALTER TABLE auth.users ADD COLUMN seen int4range, ADD CONSTRAINT users_seen EXCLUDE USING gist (seen WITH &&);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth.users_seen'::regclass;
CREATE TABLE auth.visits (user_id uuid NOT NULL, kind int NOT NULL) PARTITION BY LIST (kind);
CREATE TABLE auth.visits_1 PARTITION OF auth.visits FOR VALUES IN (1);
ALTER TABLE ONLY auth.visits ADD CONSTRAINT visits_key PRIMARY KEY (user_id, kind);
