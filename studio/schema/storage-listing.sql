-- The functions of storage that list files page by page.

CREATE FUNCTION storage.list_objects_with_delimiter(
  _bucket_id text, prefix_param text, delimiter_param text, max_keys integer DEFAULT 100,
  start_after text DEFAULT '', next_token text DEFAULT '', sort_order text DEFAULT 'asc'
)
RETURNS TABLE (
  name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz
) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT file.name, file.id, file.metadata, file.updated_at, file.created_at,
      file.last_accessed_at
    FROM storage.objects AS file
    WHERE file.bucket_id = _bucket_id
      AND starts_with(file.name, prefix_param)
      AND storage.get_common_prefix(file.name, prefix_param, delimiter_param) IS NULL
      AND file.name COLLATE "C" > greatest(start_after, next_token)
    ORDER BY
      CASE WHEN sort_order = 'asc' THEN file.name COLLATE "C" END,
      CASE WHEN sort_order = 'desc' THEN file.name COLLATE "C" END DESC
    LIMIT max_keys;
END
$$;

CREATE FUNCTION storage.list_multipart_uploads_with_delimiter(
  bucket_id text, prefix_param text, delimiter_param text, max_keys integer DEFAULT 100,
  next_key_token text DEFAULT '', next_upload_token text DEFAULT ''
)
RETURNS TABLE (key text, id text, created_at timestamptz) LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    SELECT upload.key, upload.id, upload.created_at
    FROM storage.s3_multipart_uploads AS upload
    WHERE upload.bucket_id = list_multipart_uploads_with_delimiter.bucket_id
      AND starts_with(upload.key, prefix_param)
      AND storage.get_common_prefix(upload.key, prefix_param, delimiter_param) IS NULL
      AND (upload.key, upload.id) > (next_key_token, next_upload_token)
    ORDER BY upload.key, upload.id
    LIMIT max_keys;
END
$$;

CREATE FUNCTION storage.search_by_timestamp(
  p_prefix text, p_bucket_id text, p_limit integer, p_level integer, p_start_after text,
  p_sort_order text, p_sort_column text, p_sort_column_after text
)
RETURNS TABLE (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT split_part(file.name, '/', p_level), file.name, file.id, file.updated_at,
      file.created_at, file.last_accessed_at, file.metadata
    FROM storage.objects AS file
    WHERE file.bucket_id = p_bucket_id
      AND starts_with(file.name, p_prefix)
      AND (p_sort_column_after = '' OR file.updated_at > p_sort_column_after::timestamptz)
      AND file.name COLLATE "C" > p_start_after
    ORDER BY
      CASE WHEN p_sort_column = 'created_at' THEN file.created_at ELSE file.updated_at END,
      file.name COLLATE "C"
    LIMIT p_limit;
END
$$;

CREATE FUNCTION storage.search_v2(
  prefix text, bucket_name text, limits integer DEFAULT 100, levels integer DEFAULT 1,
  start_after text DEFAULT '', sort_order text DEFAULT 'asc', sort_column text DEFAULT 'name',
  sort_column_after text DEFAULT ''
)
RETURNS TABLE (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT found.*
    FROM storage.search_by_timestamp(
      prefix, bucket_name, limits, levels, start_after, sort_order, sort_column, sort_column_after
    ) AS found;
END
$$;

CREATE FUNCTION storage.search(
  prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1,
  offsets integer DEFAULT 0, search text DEFAULT '', sortcolumn text DEFAULT 'name',
  sortorder text DEFAULT 'asc'
)
RETURNS TABLE (
  name text, id uuid, updated_at timestamptz, created_at timestamptz,
  last_accessed_at timestamptz, metadata jsonb
) LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY
    SELECT file.name, file.id, file.updated_at, file.created_at, file.last_accessed_at,
      file.metadata
    FROM storage.objects AS file
    WHERE file.bucket_id = bucketname
      AND starts_with(lower(file.name), lower(prefix || search.search))
      AND cardinality(file.path_tokens) >= levels
    ORDER BY
      CASE WHEN sortorder = 'asc' THEN file.name END,
      CASE WHEN sortorder = 'desc' THEN file.name END DESC
    OFFSET offsets
    LIMIT limits;
END
$$;
