-- storage as it was in the autumn of 2025: every folder has a row in storage.prefixes, kept up to
-- date by triggers, and files know how deep they lie. No versions of files, no vectors.

SET LOCAL ROLE supabase_storage_admin;

DROP TABLE storage.vector_indexes, storage.buckets_vectors;
DROP TRIGGER protect_buckets_delete ON storage.buckets;
DROP TRIGGER protect_objects_delete ON storage.objects;
DROP FUNCTION storage.protect_delete();
DROP FUNCTION storage.allow_any_operation(text[]);
DROP FUNCTION storage.allow_only_operation(text);

ALTER TABLE storage.s3_multipart_uploads DROP COLUMN metadata;
ALTER TABLE storage.buckets DROP COLUMN versioning_status;
ALTER TABLE storage.objects
  DROP COLUMN archived_at,
  DROP COLUMN is_delete_marker,
  DROP COLUMN is_versioned,
  ADD COLUMN level integer;

CREATE FUNCTION storage.get_level(name text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT array_length(string_to_array(name, '/'), 1)
$$;

CREATE FUNCTION storage.get_prefix(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT CASE WHEN strpos(name, '/') = 0 THEN '' ELSE regexp_replace(name, '/[^/]+/?$', '') END
$$;

CREATE FUNCTION storage.get_prefixes(name text)
RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  parts text[] := string_to_array(name, '/');
BEGIN
  RETURN ARRAY(
    SELECT array_to_string(parts[1 : depth], '/')
    FROM generate_series(1, cardinality(parts) - 1) AS depth
    ORDER BY depth
  );
END
$$;

CREATE TABLE storage.prefixes (
  bucket_id text,
  name text COLLATE "C" NOT NULL,
  level integer GENERATED ALWAYS AS (storage.get_level(name)) STORED,
  created_at timestamptz DEFAULT now(),
  updated_at timestamptz DEFAULT now(),
  CONSTRAINT prefixes_pkey PRIMARY KEY (bucket_id, level, name),
  CONSTRAINT "prefixes_bucketId_fkey" FOREIGN KEY (bucket_id) REFERENCES storage.buckets(id)
);
CREATE INDEX idx_prefixes_lower_name ON storage.prefixes
  (bucket_id, level, ((string_to_array(name, '/'))[level]), lower(name) text_pattern_ops);
ALTER TABLE storage.prefixes ENABLE ROW LEVEL SECURITY;
GRANT ALL ON storage.prefixes TO anon, authenticated, service_role;

CREATE FUNCTION storage.add_prefixes(_bucket_id text, _name text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO storage.prefixes (bucket_id, name)
  SELECT _bucket_id, prefix FROM unnest(storage.get_prefixes(_name)) AS prefix
  ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION storage.delete_prefix(_bucket_id text, _name text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  DELETE FROM storage.prefixes AS folder
  WHERE folder.bucket_id = _bucket_id AND folder.name = _name AND NOT EXISTS (
    SELECT FROM storage.objects AS file
    WHERE file.bucket_id = _bucket_id AND starts_with(file.name, _name || '/')
  );
  RETURN found;
END
$$;

CREATE FUNCTION storage.prefixes_insert_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM storage.add_prefixes(new.bucket_id, new.name);
  RETURN new;
END
$$;

CREATE FUNCTION storage.objects_insert_prefix_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM storage.add_prefixes(new.bucket_id, new.name);
  new.level := storage.get_level(new.name);
  RETURN new;
END
$$;

CREATE FUNCTION storage.delete_prefix_hierarchy_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM storage.delete_prefix(old.bucket_id, storage.get_prefix(old.name));
  RETURN old;
END
$$;

RESET ROLE;
