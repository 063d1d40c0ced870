-- Analytics buckets before they got a UUID: their name is their key, and the enum has two labels.

SET LOCAL ROLE supabase_storage_admin;

DELETE FROM storage.buckets_analytics WHERE deleted_at IS NOT NULL;

ALTER TABLE storage.iceberg_tables DROP CONSTRAINT iceberg_tables_catalog_id_fkey;
ALTER TABLE storage.iceberg_namespaces DROP CONSTRAINT iceberg_namespaces_catalog_id_fkey;
ALTER TABLE storage.buckets_analytics DROP COLUMN deleted_at, DROP COLUMN id;
ALTER TABLE storage.buckets_analytics RENAME COLUMN name TO id;
ALTER TABLE storage.buckets_analytics ADD CONSTRAINT buckets_analytics_pkey PRIMARY KEY (id);

ALTER TABLE storage.iceberg_namespaces DROP COLUMN catalog_id, DROP COLUMN metadata;
ALTER TABLE storage.iceberg_namespaces RENAME COLUMN bucket_name TO bucket_id;
ALTER TABLE storage.iceberg_namespaces ADD CONSTRAINT iceberg_namespaces_bucket_id_fkey
  FOREIGN KEY (bucket_id) REFERENCES storage.buckets_analytics(id) ON DELETE CASCADE;
CREATE UNIQUE INDEX idx_iceberg_namespaces_bucket_id
  ON storage.iceberg_namespaces (bucket_id, name);

ALTER TABLE storage.iceberg_tables
  DROP COLUMN catalog_id, DROP COLUMN remote_table_id, DROP COLUMN shard_key, DROP COLUMN shard_id;
ALTER TABLE storage.iceberg_tables RENAME COLUMN bucket_name TO bucket_id;
ALTER TABLE storage.iceberg_tables ADD CONSTRAINT iceberg_tables_bucket_id_fkey
  FOREIGN KEY (bucket_id) REFERENCES storage.buckets_analytics(id) ON DELETE CASCADE;
DROP INDEX storage.idx_iceberg_tables_location;
CREATE UNIQUE INDEX idx_iceberg_tables_namespace_id
  ON storage.iceberg_tables (namespace_id, name);

ALTER TABLE storage.buckets ALTER COLUMN type DROP DEFAULT;
ALTER TABLE storage.buckets_analytics ALTER COLUMN type DROP DEFAULT;
ALTER TYPE storage.buckettype RENAME TO buckettype_of_today;
CREATE TYPE storage.buckettype AS ENUM ('STANDARD', 'ANALYTICS');
ALTER TABLE storage.buckets
  ALTER COLUMN type TYPE storage.buckettype USING type::text::storage.buckettype,
  ALTER COLUMN type SET DEFAULT 'STANDARD';
ALTER TABLE storage.buckets_analytics
  ALTER COLUMN type TYPE storage.buckettype USING type::text::storage.buckettype,
  ALTER COLUMN type SET DEFAULT 'ANALYTICS';
DROP TYPE storage.buckettype_of_today;

RESET ROLE;
