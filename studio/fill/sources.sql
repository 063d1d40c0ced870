-- What every value is made from. Nothing here or in the other files asks for the time or for
-- chance: the same settings give the same rows, to the byte, on every server.
--
-- Settings: studio.seed, and the sizes studio.projects (number of projects) and, for each project,
-- studio.users, studio.sessions, studio.refresh_tokens, studio.buckets, studio.objects.

CREATE FUNCTION pg_temp.size_of(name text) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT current_setting('studio.' || name)::integer
$$;

CREATE FUNCTION pg_temp.key(label text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT md5(current_setting('studio.seed') || '/' || label)
$$;

-- Shaped like a random UUID (version 4).
CREATE FUNCTION pg_temp.uuid(label text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT overlay(overlay(pg_temp.key(label) PLACING '4' FROM 13) PLACING 'a' FROM 17)::uuid
$$;

-- A moment of 2024 or 2025, with microseconds.
CREATE FUNCTION pg_temp.moment(label text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT timestamptz '2024-01-01 00:00:00+00' + interval '1 microsecond'
    * (('x' || left(pg_temp.key(label), 12))::bit(48)::bigint % 63072000000000)
$$;

CREATE FUNCTION pg_temp.user_of(ref text, n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT pg_temp.uuid(ref || '/user/' || n)
$$;

CREATE FUNCTION pg_temp.session_of(ref text, n bigint) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT pg_temp.uuid(ref || '/session/' || n)
$$;

CREATE FUNCTION pg_temp.bucket_of(ref text, n bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT ref || '-' || CASE n WHEN 1 THEN 'avatars' WHEN 2 THEN 'documents'
    ELSE 'files-' || lpad(n::text, greatest(3, length(n::text)), '0') END
$$;

-- Session n belongs to the user of this number.
CREATE FUNCTION pg_temp.user_in_session(n bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (n - 1) % pg_temp.size_of('users') + 1
$$;

-- Every character that COPY, JSON or CSV has to escape.
CREATE FUNCTION pg_temp.odd_text() RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT E'back\\slash \\N \\. \t tab\r\nnext "line" ''quoted'' \x01\x7f ünïcødé 日本 🚀 \u200B end '
$$;

CREATE FUNCTION pg_temp.odd_jsonb() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb '{
    "big": 12345678901234567890, "hundredths": 1.00, "tenths": 1.0, "tiny": 1e-30,
    "none": null, "empty": "", "": [], "nested": {"a": [1, [2, {"b": null}]]}, "emoji": "🚀 é é"
  }' || jsonb_build_object('text', pg_temp.odd_text())
$$;

-- 200,000 characters that do not compress to less than a page.
CREATE FUNCTION pg_temp.long_text(label text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(pg_temp.key(label || '/' || part), '' ORDER BY part)
  FROM generate_series(1, 6250) AS part
$$;

-- The first two refs are a pair in which one begins with the other.
CREATE TEMPORARY TABLE project AS
SELECT
  i,
  named.ref,
  replace(named.ref, '-', '_') || '_db' AS database,
  'user-' || (122 + i) AS owner,
  pg_temp.uuid(named.ref || '/instance') AS instance_id
FROM generate_series(1, pg_temp.size_of('projects')) AS i
CROSS JOIN LATERAL (
  SELECT CASE i
    WHEN 1 THEN 'project-abc'
    WHEN 2 THEN 'project-abc-x'
    ELSE 'project-' || lpad(i::text, greatest(3, length(i::text)), '0')
  END AS ref
) AS named;

INSERT INTO public.projects (ref, database, owner, instance_id)
SELECT project.ref, project.database, project.owner, project.instance_id
FROM project
ORDER BY project.i;

INSERT INTO auth.instances (id, uuid, raw_base_config, created_at, updated_at)
SELECT
  project.instance_id,
  CASE WHEN project.i % 2 = 1 THEN project.instance_id END,
  project.ref || pg_temp.odd_text(),
  pg_temp.moment(project.ref || '/instance'),
  NULL
FROM project
ORDER BY project.i;
