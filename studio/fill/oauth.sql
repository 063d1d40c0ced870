-- Clients that sign in through the server, and flows on their way.

INSERT INTO auth.oauth_clients (
  id, client_secret_hash, registration_type, redirect_uris, grant_types, client_name, client_uri,
  logo_uri, created_at, updated_at, deleted_at, client_type, token_endpoint_auth_method
)
SELECT
  pg_temp.uuid(ref || '/client'), pg_temp.key(ref || '/client'), 'dynamic',
  'https://' || ref || '.example/a,https://' || ref || '.example/b',
  'authorization_code,refresh_token', pg_temp.odd_text(), '', NULL, pg_temp.moment(ref || '/client'),
  pg_temp.moment(ref || '/client'), NULL, 'confidential', 'client_secret_basic'
FROM project;

-- One client that people of the first two projects have both allowed in.
INSERT INTO auth.oauth_clients (
  id, registration_type, redirect_uris, grant_types, client_name, created_at, updated_at,
  client_type, token_endpoint_auth_method
)
VALUES (
  pg_temp.uuid('shared-client'), 'manual', 'https://shared.example/cb', 'authorization_code',
  'Shared by two projects', pg_temp.moment('shared-client'), pg_temp.moment('shared-client'),
  'public', 'none'
);

INSERT INTO auth.oauth_consents (id, user_id, client_id, scopes, granted_at, revoked_at)
SELECT
  pg_temp.uuid(ref || '/consent/' || n), pg_temp.user_of(ref, n),
  CASE WHEN n = 2 AND i <= 2 THEN pg_temp.uuid('shared-client') ELSE pg_temp.uuid(ref || '/client') END,
  'openid profile', pg_temp.moment(ref || '/consent/' || n),
  CASE WHEN n = 3 THEN timestamptz 'infinity' END
FROM project CROSS JOIN generate_series(1, 3) AS n;

-- The second belongs to nobody yet.
INSERT INTO auth.oauth_authorizations (
  id, authorization_id, client_id, user_id, redirect_uri, scope, state, code_challenge,
  code_challenge_method, status, authorization_code, created_at, expires_at, approved_at, nonce
)
SELECT
  pg_temp.uuid(ref || '/authorization/' || n), pg_temp.key(ref || '/authorization/' || n),
  pg_temp.uuid(ref || '/client'), CASE WHEN n = 1 THEN pg_temp.user_of(ref, 1) END,
  'https://' || ref || '.example/a', 'openid', pg_temp.odd_text(), pg_temp.key(ref || '/challenge/' || n),
  's256', CASE n WHEN 1 THEN 'approved' ELSE 'pending' END::auth.oauth_authorization_status,
  CASE WHEN n = 1 THEN pg_temp.key(ref || '/code') END,
  pg_temp.moment(ref || '/authorization/' || n),
  pg_temp.moment(ref || '/authorization/' || n) + interval '3 minutes',
  CASE WHEN n = 1 THEN pg_temp.moment(ref || '/authorization/1') END, ''
FROM project CROSS JOIN generate_series(1, 2) AS n;

-- A flow refers to the first; nothing tells whose the second is.
INSERT INTO auth.oauth_client_states (id, provider_type, code_verifier, created_at)
SELECT
  pg_temp.uuid(ref || '/state/' || n), 'google', CASE WHEN n = 1 THEN pg_temp.odd_text() END,
  pg_temp.moment(ref || '/state/' || n)
FROM project CROSS JOIN generate_series(1, 2) AS n;

-- 1 is a user's own, 2 links an identity to a user, 3 has no user yet, 4 lacks all it can.
INSERT INTO auth.flow_state (
  id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, created_at,
  updated_at, authentication_method, referrer, oauth_client_state_id, linking_target_id,
  email_optional
)
SELECT
  pg_temp.uuid(ref || '/flow/' || n),
  CASE WHEN n IN (1, 4) THEN pg_temp.user_of(ref, n) END,
  CASE WHEN n < 4 THEN pg_temp.key(ref || '/flow/' || n) END,
  CASE n WHEN 1 THEN 's256' WHEN 2 THEN 'plain' END::auth.code_challenge_method,
  CASE WHEN n < 3 THEN pg_temp.key(ref || '/challenge/' || n) END,
  CASE n WHEN 3 THEN 'sso' ELSE 'google' END,
  CASE WHEN n < 4 THEN pg_temp.moment(ref || '/flow/' || n) END,
  CASE WHEN n < 4 THEN pg_temp.moment(ref || '/flow/' || n) END,
  CASE n WHEN 3 THEN 'sso/saml' ELSE 'oauth' END,
  CASE n WHEN 1 THEN pg_temp.odd_text() WHEN 2 THEN '' END,
  CASE WHEN n = 1 THEN pg_temp.uuid(ref || '/state/1') END,
  CASE WHEN n = 2 THEN pg_temp.user_of(ref, 2) END,
  n = 2
FROM project CROSS JOIN generate_series(1, 4) AS n;

-- The third hangs on a flow without a user, as every sign-in through SAML does at its start.
INSERT INTO auth.saml_relay_states (
  id, sso_provider_id, request_id, for_email, redirect_to, created_at, updated_at, flow_state_id
)
SELECT
  pg_temp.uuid(ref || '/relay/' || n), pg_temp.uuid(ref || '/sso'),
  'id-' || pg_temp.key(ref || '/relay/' || n),
  CASE WHEN n = 1 THEN 'user4@' || ref || '.example' END, CASE WHEN n > 1 THEN '' END,
  pg_temp.moment(ref || '/relay/' || n), NULL,
  CASE WHEN n <> 2 THEN pg_temp.uuid(ref || '/flow/' || n) END
FROM project CROSS JOIN generate_series(1, 3) AS n;
