-- Makes thirty ordinary projects unlike each other. Runs after the studio is made, as a superuser, in
-- one transaction; every project keeps its ref.

SET LOCAL storage.allow_delete_query = 'true';

CREATE FUNCTION pg_temp.users_of(ref text) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
  SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = ref
$$;

CREATE PROCEDURE pg_temp.drop_files(ref text) LANGUAGE sql AS $$
  DELETE FROM storage.s3_multipart_uploads WHERE starts_with(bucket_id, ref || '-');
  DELETE FROM storage.objects WHERE starts_with(bucket_id, ref || '-');
  DELETE FROM storage.buckets WHERE starts_with(id, ref || '-');
$$;

CREATE PROCEDURE pg_temp.drop_lakes(ref text) LANGUAGE sql AS $$
  DELETE FROM storage.vector_indexes WHERE starts_with(bucket_id, ref || '-');
  DELETE FROM storage.buckets_vectors WHERE starts_with(id, ref || '-');
  DELETE FROM storage.buckets_analytics WHERE starts_with(name, ref || '-');
$$;

-- 003: files, and no users: what hung on them and has no foreign key is nobody's now.
DELETE FROM auth.users WHERE id IN (SELECT pg_temp.users_of('project-003'));

-- 004: users, and nothing in storage.
CALL pg_temp.drop_files('project-004');
CALL pg_temp.drop_lakes('project-004');

-- 005: everybody comes in by single sign-on.
DELETE FROM auth.identities
WHERE user_id IN (SELECT pg_temp.users_of('project-005')) AND provider NOT LIKE 'sso:%';
UPDATE auth.users SET is_sso_user = true WHERE id IN (SELECT pg_temp.users_of('project-005'));

-- 006 and 007: people of the one allow the client of the other in, too.
UPDATE auth.oauth_consents AS consent SET client_id = other.client_id
FROM auth.oauth_consents AS other
WHERE consent.user_id IN (SELECT pg_temp.users_of('project-006'))
  AND other.user_id = (SELECT min(u::text)::uuid FROM pg_temp.users_of('project-007') AS u
    WHERE EXISTS (SELECT FROM auth.oauth_consents WHERE user_id = u))
  AND consent.id = (SELECT min(c.id::text)::uuid FROM auth.oauth_consents AS c
    WHERE c.user_id IN (SELECT pg_temp.users_of('project-006')));

-- 008: lakes alone. 009: no lakes.
CALL pg_temp.drop_files('project-008');
DELETE FROM auth.users WHERE id IN (SELECT pg_temp.users_of('project-008'));
CALL pg_temp.drop_lakes('project-009');

-- 010: everybody is anonymous. 011: everybody is gone, the rows kept.
UPDATE auth.users SET is_anonymous = true, email = NULL, phone = NULL
WHERE id IN (SELECT pg_temp.users_of('project-010'));
DELETE FROM auth.identities WHERE user_id IN (SELECT pg_temp.users_of('project-010'));
UPDATE auth.users SET deleted_at = '2025-06-30 12:00:00.000001+00'
WHERE id IN (SELECT pg_temp.users_of('project-011'));

-- 012: tokens from before there were sessions, and no session.
UPDATE auth.refresh_tokens SET session_id = NULL
WHERE user_id IN (SELECT u::text FROM pg_temp.users_of('project-012') AS u);
DELETE FROM auth.sessions WHERE user_id IN (SELECT pg_temp.users_of('project-012'));

-- 013 and 014 sign in with one company's provider, 015 and 016 with one custom provider.
INSERT INTO auth.identities (provider_id, user_id, identity_data, provider)
SELECT 'guest', min(guest.id::text)::uuid, '{}', 'sso:' || min(provider.sso_provider_id::text)
FROM pg_temp.users_of('project-014') AS guest (id), auth.saml_providers AS provider
WHERE provider.entity_id = 'https://idp.project-013.example/saml';
INSERT INTO auth.identities (provider_id, user_id, identity_data, provider)
SELECT 'guest', min(guest.id::text)::uuid, '{}', 'custom:project-015'
FROM pg_temp.users_of('project-016') AS guest (id);

-- 017 and 018 have one instance between them; nobody of 019 has any.
UPDATE auth.users SET instance_id = (
  SELECT min(instance_id::text)::uuid FROM auth.users WHERE id IN (SELECT pg_temp.users_of('project-017'))
) WHERE id IN (SELECT pg_temp.users_of('project-018'));
UPDATE auth.users SET instance_id = NULL WHERE id IN (SELECT pg_temp.users_of('project-019'));

-- 020: one user of all, and with it all that hangs on the others.
DELETE FROM auth.users
WHERE id IN (SELECT pg_temp.users_of('project-020'))
  AND id <> (SELECT min(u::text)::uuid FROM pg_temp.users_of('project-020') AS u);

-- 021: a bucket that is named as the project is. 022: one bucket, without a file in it.
INSERT INTO storage.buckets (id, name) VALUES ('project-021', 'project-021');
INSERT INTO storage.objects (bucket_id, name) VALUES ('project-021', 'project-022-x/a file');
CALL pg_temp.drop_files('project-022');
INSERT INTO storage.buckets (id, name) VALUES ('project-022-empty', 'project-022-empty');

-- 023: nothing pending. 024: flows that link an account, and nothing else pending.
DELETE FROM auth.one_time_tokens WHERE user_id IN (SELECT pg_temp.users_of('project-023'));
DELETE FROM auth.mfa_challenges WHERE factor_id IN (
  SELECT id FROM auth.mfa_factors WHERE user_id IN (SELECT pg_temp.users_of('project-023'))
);
DELETE FROM auth.flow_state WHERE user_id IN (SELECT pg_temp.users_of('project-024'));

-- 025: neither second factors nor passkeys. 026: uploads in parts alone.
DELETE FROM auth.mfa_factors WHERE user_id IN (SELECT pg_temp.users_of('project-025'));
DELETE FROM auth.webauthn_credentials WHERE user_id IN (SELECT pg_temp.users_of('project-025'));
DELETE FROM storage.objects WHERE starts_with(bucket_id, 'project-026-');

-- 027: files whose owners are users of 028, who stay with 028.
UPDATE storage.objects SET owner = guest.id, owner_id = guest.id::text
FROM (SELECT min(u::text)::uuid AS id FROM pg_temp.users_of('project-028') AS u) AS guest
WHERE starts_with(bucket_id, 'project-027-');

-- Of nobody: the log of people who are gone, a token of theirs, files in no bucket, a passkey's
-- beginning, a bucket and a lake that begin as a project's do but for the hyphen.
INSERT INTO auth.audit_log_entries (id, payload)
SELECT gen_random_uuid(), json_build_object('actor_id', gen_random_uuid(), 'action', 'login')
FROM generate_series(1, 3);
INSERT INTO auth.refresh_tokens (token, user_id) VALUES ('of nobody', gen_random_uuid()::text);
INSERT INTO storage.objects (bucket_id, name) SELECT NULL, 'lost ' || n FROM generate_series(1, 4) AS n;
INSERT INTO storage.buckets (id, name) VALUES ('project-0300-files', 'project-0300-files');
INSERT INTO storage.buckets_analytics (name) VALUES ('project_030-warehouse');
