-- The second bucket of every project keeps versions and has a life cycle; three of its files have
-- older versions, of which the last stands for a deletion; the third bucket has stopped keeping them.

UPDATE storage.buckets SET
  versioning_status = 'ENABLED',
  lifecycle_configuration = jsonb_build_object('rules', jsonb_build_array(pg_temp.odd_jsonb())),
  lifecycle_configuration_generation = pg_temp.uuid(id || '/generation')
FROM project WHERE id = project.ref || '-documents';
UPDATE storage.buckets SET versioning_status = 'SUSPENDED'
FROM project WHERE id = project.ref || '-files-003';

ALTER TABLE storage.objects DISABLE TRIGGER update_objects_updated_at;
UPDATE storage.objects SET is_versioned = true WHERE archived_at IS NOT NULL;
ALTER TABLE storage.objects ENABLE TRIGGER update_objects_updated_at;

INSERT INTO storage.objects (
  id, bucket_id, name, owner, created_at, updated_at, last_accessed_at, metadata, version,
  owner_id, archived_at, is_delete_marker, is_versioned
)
SELECT
  pg_temp.uuid(file.id || '/version/' || n), file.bucket_id, file.name, file.owner,
  file.created_at, file.updated_at, NULL, CASE WHEN n < 3 THEN file.metadata END,
  CASE WHEN n > 1 THEN pg_temp.key(file.id || '/version/' || n) END, file.owner_id,
  pg_temp.moment(file.id || '/archived/' || n), n = 3, true
FROM project
CROSS JOIN LATERAL (
  SELECT kept.* FROM storage.objects AS kept
  WHERE kept.bucket_id = project.ref || '-documents' ORDER BY kept.name COLLATE "C" LIMIT 3
) AS file
CROSS JOIN generate_series(1, 3) AS n;

SET LOCAL ROLE supabase_storage_admin;

CREATE TRIGGER protect_bucket_control_insert
  BEFORE INSERT ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION storage.protect_bucket_control_columns('service_role');
CREATE TRIGGER protect_bucket_control_update
  BEFORE UPDATE OF lifecycle_configuration, lifecycle_configuration_generation ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION storage.protect_bucket_control_columns('service_role');
CREATE TRIGGER enforce_versioning_status_transition
  BEFORE UPDATE OF versioning_status ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION storage.enforce_versioning_status_transition();

RESET ROLE;
