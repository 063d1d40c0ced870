-- Buckets, objects and uploads on their way.

INSERT INTO storage.buckets (
  id, name, owner, created_at, updated_at, public, avif_autodetection, file_size_limit,
  allowed_mime_types, owner_id
)
SELECT
  named.id,
  named.id || CASE WHEN n = 3 THEN ' (renamed)' ELSE '' END,
  CASE WHEN n < 3 THEN pg_temp.user_of(ref, n) END,
  pg_temp.moment(ref || '/bucket/' || n),
  CASE WHEN n <> 3 THEN pg_temp.moment(ref || '/bucket/' || n) END,
  CASE WHEN n <> 3 THEN n % 4 = 1 END,
  n = 1,
  CASE n WHEN 1 THEN 52428800 WHEN 2 THEN 9223372036854775807 END,
  CASE n
    WHEN 2 THEN ARRAY['image/*', NULL, 'NULL', 'say "hi"', '', 'a, b', E'back\\slash', '{}']
    WHEN 3 THEN '{}'
    WHEN 4 THEN '[2:3]={image/png,image/jpeg}'
  END::text[],
  CASE WHEN n < 3 THEN pg_temp.user_of(ref, n)::text WHEN n = 4 THEN 'auth0|123' END
FROM project
CROSS JOIN generate_series(1, pg_temp.size_of('buckets')) AS n
CROSS JOIN LATERAL (SELECT pg_temp.bucket_of(ref, n) AS id) AS named;

-- Sixteen odd objects in the first bucket. Two names differ in Unicode's normal form alone.
INSERT INTO storage.objects (
  id, bucket_id, name, owner, created_at, updated_at, last_accessed_at, metadata, version,
  owner_id, user_metadata, archived_at
)
SELECT
  pg_temp.uuid(ref || '/object/' || n), ref || '-avatars', odd.name,
  CASE WHEN n > 3 THEN pg_temp.user_of(ref, 1) END,
  CASE n WHEN 4 THEN timestamptz '-infinity' ELSE pg_temp.moment(ref || '/object/' || n) END,
  CASE n WHEN 4 THEN timestamptz 'infinity' ELSE pg_temp.moment(ref || '/object/' || n) END,
  CASE n WHEN 4 THEN timestamptz '0099-02-28 00:00:00.000001+00 BC' END,
  CASE n WHEN 1 THEN NULL WHEN 2 THEN 'null' WHEN 3 THEN '[]' ELSE pg_temp.odd_jsonb() END,
  CASE n WHEN 1 THEN NULL WHEN 2 THEN '' ELSE pg_temp.key(ref || '/version/' || n) END,
  CASE n WHEN 1 THEN 'auth0|123' WHEN 2 THEN '' WHEN 3 THEN NULL ELSE pg_temp.user_of(ref, 1)::text END,
  CASE n WHEN 5 THEN 'null' WHEN 6 THEN '"text"' WHEN 7 THEN pg_temp.odd_jsonb() END,
  CASE n WHEN 8 THEN pg_temp.moment(ref || '/archived') END
FROM project
CROSS JOIN unnest(ARRAY[
  'plain.txt', '', NULL, E'\\N', E'\\.', E'tab\tnew\nline\rreturn', E'back\\slash\\n',
  '/leading//double/', '../up/../dots', '🚀/ünï cödé/日本語.png', 'quote"s and apostrophe''s',
  'a%20b?x=1&y=2#z', ' spaces ', E'caf\u00e9', E'cafe\u0301', repeat('long/', 200)
]) WITH ORDINALITY AS odd (name, n);

INSERT INTO storage.objects (
  id, bucket_id, name, owner, created_at, updated_at, last_accessed_at, metadata, version,
  owner_id, user_metadata
)
SELECT
  pg_temp.uuid(ref || '/object/' || n),
  pg_temp.bucket_of(ref, n % pg_temp.size_of('buckets') + 1),
  'folder-' || n % 17 || '/' || left(file.key, 8) || '-' || n || '.png',
  CASE WHEN n % 10 > 0 THEN file.owner END,
  file.made, file.made, file.made + interval '86400.000007 seconds',
  jsonb_build_object(
    'eTag', '"' || file.key || '"', 'size', n * 1021, 'mimetype', 'image/png',
    'cacheControl', 'max-age=3600', 'lastModified', file.made, 'httpStatusCode', 200
  ),
  pg_temp.uuid(ref || '/version/' || n)::text,
  CASE n % 10 WHEN 0 THEN 'auth0|123' ELSE file.owner::text END,
  CASE WHEN n % 20 = 0 THEN jsonb_build_object('tag', n) END
FROM project
CROSS JOIN generate_series(17, pg_temp.size_of('objects')) AS n
CROSS JOIN LATERAL (
  SELECT
    pg_temp.key(ref || '/etag/' || n) AS key,
    pg_temp.moment(ref || '/object/' || n) AS made,
    pg_temp.user_of(ref, n % pg_temp.size_of('users') + 1) AS owner
  -- Keeps the planner from writing the hash out for every column that uses it.
  OFFSET 0
) AS file;

INSERT INTO storage.s3_multipart_uploads (
  id, in_progress_size, upload_signature, bucket_id, key, version, owner_id, created_at,
  user_metadata, metadata
)
SELECT
  'upload~' || pg_temp.key(ref || '/upload/' || n), n * 5242880::bigint,
  pg_temp.key(ref || '/signature/' || n),
  ref || '-documents', CASE n WHEN 1 THEN pg_temp.odd_text() ELSE 'big/film.mov' END,
  pg_temp.uuid(ref || '/upload-version/' || n)::text, CASE n WHEN 1 THEN pg_temp.user_of(ref, 1)::text END,
  pg_temp.moment(ref || '/upload/' || n), CASE n WHEN 1 THEN pg_temp.odd_jsonb() END, 'null'
FROM project CROSS JOIN generate_series(1, 2) AS n;

INSERT INTO storage.s3_multipart_uploads_parts (
  id, upload_id, size, part_number, bucket_id, key, etag, owner_id, version, created_at
)
SELECT
  pg_temp.uuid(ref || '/part/' || n), 'upload~' || pg_temp.key(ref || '/upload/2'), 5242880, n,
  ref || '-documents', 'big/film.mov', '"' || pg_temp.key(ref || '/part/' || n) || '"', NULL,
  pg_temp.uuid(ref || '/upload-version/2')::text, pg_temp.moment(ref || '/part/' || n)
FROM project CROSS JOIN generate_series(1, 3) AS n;
