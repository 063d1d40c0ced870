-- What belongs to no project, and has to stay behind.

-- Four users: metadata without a project, none, JSON's null, and a project that is not there.
INSERT INTO auth.users (
  id, aud, role, email, encrypted_password, confirmation_token, recovery_token,
  email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
SELECT
  pg_temp.user_of('nobody', n), 'authenticated', 'authenticated', 'nobody' || n || '@example.org',
  '', '', '', '', '',
  (ARRAY['{"provider": "email"}', NULL, 'null', '{"project_ref": "project-gone"}'])[n]::jsonb,
  -- Written by the user: whoever trusts it takes another user's account along.
  '{"project_ref": "project-abc"}',
  pg_temp.moment('nobody/' || n), pg_temp.moment('nobody/' || n)
FROM generate_series(1, 4) AS n;

INSERT INTO auth.identities (
  provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id
)
VALUES (
  pg_temp.user_of('nobody', 1)::text, pg_temp.user_of('nobody', 1),
  '{"email": "nobody1@example.org"}', 'email', NULL, NULL, NULL, pg_temp.uuid('nobody/identity')
);

INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal)
VALUES (
  pg_temp.session_of('nobody', 1), pg_temp.user_of('nobody', 1), pg_temp.moment('nobody/session'),
  pg_temp.moment('nobody/session'), 'aal1'
);

-- The second is the token of a user who is gone.
INSERT INTO auth.refresh_tokens (
  instance_id, id, token, user_id, revoked, created_at, updated_at, parent, session_id
)
SELECT
  NULL, pg_temp.size_of('refresh_tokens') * pg_temp.size_of('projects') + n,
  left(pg_temp.key('nobody/token/' || n), 22),
  CASE n WHEN 1 THEN pg_temp.user_of('nobody', 1) ELSE pg_temp.uuid('vanished') END::text, false,
  pg_temp.moment('nobody/token/' || n), pg_temp.moment('nobody/token/' || n), '',
  CASE n WHEN 1 THEN pg_temp.session_of('nobody', 1) END
FROM generate_series(1, 2) AS n;

INSERT INTO auth.sso_providers (id, resource_id, created_at, updated_at, disabled)
VALUES (pg_temp.uuid('nobody/sso'), 'never-used', pg_temp.moment('nobody/sso'), NULL, true);

INSERT INTO auth.custom_oauth_providers (
  id, provider_type, identifier, name, client_id, client_secret, authorization_url, token_url,
  userinfo_url, created_at, updated_at
)
VALUES (
  pg_temp.uuid('nobody/custom'), 'oauth2', 'custom:never-used', 'Never used', 'client',
  pg_temp.key('nobody/custom'), 'https://idp.example/authorize', 'https://idp.example/token',
  'https://idp.example/me', pg_temp.moment('nobody/custom'), pg_temp.moment('nobody/custom')
);

-- The first bucket's id begins with a ref, but not with the ref and a hyphen.
INSERT INTO storage.buckets (id, name, created_at, updated_at)
SELECT id, id, pg_temp.moment(id), pg_temp.moment(id)
FROM unnest(ARRAY['project-abcd-files', 'legacy_uploads']) AS id;

INSERT INTO storage.objects (
  id, bucket_id, name, created_at, updated_at, last_accessed_at, metadata, version
)
SELECT
  pg_temp.uuid('nobody/object/' || n), bucket_id, 'project-abc/left behind.txt',
  pg_temp.moment('nobody/object/' || n), pg_temp.moment('nobody/object/' || n), NULL, NULL, NULL
FROM unnest(ARRAY['project-abcd-files', 'legacy_uploads', NULL]) WITH ORDINALITY AS kept (bucket_id, n);

INSERT INTO storage.buckets_vectors (id, created_at, updated_at)
VALUES ('legacy_vectors', pg_temp.moment('nobody/vectors'), pg_temp.moment('nobody/vectors'));

SELECT pg_catalog.setval('auth.refresh_tokens_id_seq', (SELECT max(id) FROM auth.refresh_tokens));
