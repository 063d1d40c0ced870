-- A studio from before the autumn of 2023, on top of auth-of-2025.sql: owners of buckets and files
-- are users by foreign key, identities are keyed by the provider's own id, and there are neither
-- uploads in parts nor lakes.

SET LOCAL ROLE supabase_storage_admin;

DROP TABLE storage.vector_indexes, storage.buckets_vectors;
DROP TABLE storage.iceberg_tables, storage.iceberg_namespaces, storage.buckets_analytics;
DROP TABLE storage.s3_multipart_uploads_parts, storage.s3_multipart_uploads;
DROP FUNCTION storage.list_multipart_uploads_with_delimiter(text, text, text, integer, text, text);
DROP TRIGGER protect_buckets_delete ON storage.buckets;
DROP TRIGGER protect_objects_delete ON storage.objects;
DROP TRIGGER enforce_bucket_name_length_trigger ON storage.buckets;
DROP FUNCTION storage.protect_delete(), storage.enforce_bucket_name_length();
ALTER TABLE storage.buckets
  DROP COLUMN versioning_status, DROP COLUMN type, DROP COLUMN owner_id;
DROP TYPE storage.buckettype;

RESET ROLE;

DROP POLICY "Signed-in people read their own files and public buckets" ON storage.objects;
ALTER TABLE storage.objects
  DROP COLUMN archived_at, DROP COLUMN is_delete_marker, DROP COLUMN is_versioned,
  DROP COLUMN user_metadata, DROP COLUMN owner_id;
CREATE POLICY "Signed-in people read their own files" ON storage.objects
  FOR SELECT TO authenticated USING (owner = auth.uid());

ALTER TABLE storage.buckets
  ADD CONSTRAINT buckets_owner_fkey FOREIGN KEY (owner) REFERENCES auth.users(id);
ALTER TABLE storage.objects
  ADD CONSTRAINT objects_owner_fkey FOREIGN KEY (owner) REFERENCES auth.users(id);

ALTER TABLE auth.identities
  DROP CONSTRAINT identities_pkey, DROP CONSTRAINT identities_provider_id_provider_unique,
  DROP COLUMN id;
ALTER TABLE auth.identities RENAME COLUMN provider_id TO id;
ALTER TABLE auth.identities ADD CONSTRAINT identities_pkey PRIMARY KEY (provider, id);
DROP TABLE auth.one_time_tokens;
DROP TYPE auth.one_time_token_type;
ALTER TABLE auth.users DROP COLUMN is_anonymous;

DELETE FROM auth.schema_migrations WHERE version > '20231027141322';
DELETE FROM storage.migrations WHERE id > 16;
