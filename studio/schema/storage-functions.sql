-- Small functions of storage: names, sizes, the running operation, and the bodies of its triggers.

CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  parts text[] := string_to_array(name, '/');
BEGIN
  RETURN parts[1 : cardinality(parts) - 1];
END
$$;

CREATE FUNCTION storage.filename(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN regexp_replace(name, '^.*/', '');
END
$$;

CREATE FUNCTION storage.extension(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN substring(storage.filename(name) FROM '\.([^.]*)$');
END
$$;

CREATE FUNCTION storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT p_prefix || split_part(substr(p_key, length(p_prefix) + 1), p_delimiter, 1) || p_delimiter
  WHERE strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) > 0
$$;

CREATE FUNCTION storage.operation() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN current_setting('storage.operation', true);
END
$$;

CREATE FUNCTION storage.allow_only_operation(expected_operation text)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(storage.operation() = expected_operation, false)
$$;

CREATE FUNCTION storage.allow_any_operation(expected_operations text[])
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(storage.operation() = ANY (expected_operations), false)
$$;

CREATE FUNCTION storage.get_size_by_bucket()
RETURNS TABLE (size bigint, bucket_id text) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT sum((file.metadata ->> 'size')::bigint)::bigint, file.bucket_id
    FROM storage.objects AS file
    GROUP BY file.bucket_id;
END
$$;

-- Asks whether an insert would pass the policies; PT200 takes the row away again.
CREATE FUNCTION storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage.objects (bucket_id, name, owner, metadata)
  VALUES (bucketid, name, owner, metadata);
  RAISE EXCEPTION 'the object may be inserted' USING ERRCODE = 'PT200';
END
$$;

CREATE FUNCTION storage.enforce_bucket_name_length() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF length(new.name) > 100 THEN
    RAISE EXCEPTION 'bucket name "%" is longer than 100 characters', new.name;
  END IF;
  RETURN new;
END
$$;

CREATE FUNCTION storage.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.updated_at := now();
  RETURN new;
END
$$;

CREATE FUNCTION storage.protect_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('storage.allow_delete_query', true) IS DISTINCT FROM 'true' THEN
    RAISE EXCEPTION 'rows of storage.% are deleted through the Storage API only', tg_table_name
      USING ERRCODE = '42501', HINT = 'Files would stay behind in the object store.';
  END IF;
  RETURN NULL;
END
$$;
