-- storage with versions of files and life cycles of buckets, from migration 64 on: the unique key of
-- (bucket, name) is gone, and rows of the two tables are guarded. PostgreSQL 15 or newer.

SET LOCAL ROLE supabase_storage_admin;

CREATE UNIQUE INDEX objects_bucket_id_name_version_key
  ON storage.objects (bucket_id, name COLLATE "C", version) NULLS NOT DISTINCT;
CREATE UNIQUE INDEX idx_objects_current_version
  ON storage.objects (bucket_id, name) WHERE archived_at IS NULL;
CREATE UNIQUE INDEX idx_objects_null_version
  ON storage.objects (bucket_id, name) WHERE NOT is_versioned;
DROP INDEX storage.bucketid_objname;
ALTER TABLE storage.buckets DROP CONSTRAINT buckets_versioning_dark_check;

ALTER TABLE storage.buckets
  ADD COLUMN lifecycle_configuration jsonb,
  ADD COLUMN lifecycle_configuration_generation uuid,
  ADD CONSTRAINT buckets_lifecycle_configuration_pair_check CHECK (
    (lifecycle_configuration IS NULL) = (lifecycle_configuration_generation IS NULL)
  ) NOT VALID,
  ADD CONSTRAINT buckets_lifecycle_configuration_shape_check CHECK (
    lifecycle_configuration IS NULL
    OR jsonb_array_length(lifecycle_configuration -> 'rules') BETWEEN 1 AND 1000
  ) NOT VALID,
  ADD CONSTRAINT buckets_lifecycle_configuration_standard_only_check CHECK (
    type = 'STANDARD' OR lifecycle_configuration IS NULL
  ) NOT VALID;

-- Whoever is not the storage service can neither bring a life cycle along nor change one.
CREATE FUNCTION storage.protect_bucket_control_columns() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
  IF tg_op = 'INSERT' AND new.lifecycle_configuration IS NOT NULL THEN
    RAISE EXCEPTION 'bucket control columns must use their protected defaults on insert'
      USING ERRCODE = '42501';
  END IF;
  IF tg_op = 'UPDATE' AND current_user::text <> tg_argv[0] THEN
    RAISE EXCEPTION 'bucket control columns are changed by % alone', tg_argv[0]
      USING ERRCODE = '42501';
  END IF;
  RETURN new;
END
$$;

CREATE FUNCTION storage.enforce_versioning_status_transition()
RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.versioning_status <> old.versioning_status AND (
    new.versioning_status = 'DISABLED'
    OR (old.versioning_status = 'DISABLED' AND new.versioning_status = 'SUSPENDED')
  ) THEN
    RAISE EXCEPTION 'no way from % to %', old.versioning_status, new.versioning_status;
  END IF;
  RETURN new;
END
$$;

INSERT INTO storage.migrations (id, name, hash, executed_at)
SELECT
  63 + applied.position, applied.name, md5(applied.name) || left(md5(applied.name || 'x'), 8),
  timestamp '2026-09-01 04:00:00.5' + applied.position * interval '0.25 seconds'
FROM unnest(ARRAY[
  'fix-search-by-timestamp-sqli', 'objects-key-version-index', 'objects-current-version-index',
  'objects-null-version-index', 'bucket-lifecycle-configuration', 'unlock-object-versioning'
]) WITH ORDINALITY AS applied (name, position);

RESET ROLE;
