-- How people sign in: identities, the providers behind them, pending links.

INSERT INTO auth.sso_providers (id, resource_id, created_at, updated_at, disabled)
SELECT
  pg_temp.uuid(ref || '/sso'), CASE WHEN i % 2 = 1 THEN 'Resource-' || ref END,
  pg_temp.moment(ref || '/sso'), NULL, CASE WHEN i % 3 > 0 THEN i % 3 = 1 END
FROM project;

INSERT INTO auth.sso_domains (id, sso_provider_id, domain, created_at, updated_at)
SELECT
  pg_temp.uuid(ref || '/domain/' || host), pg_temp.uuid(ref || '/sso'), host || ref || '.Example',
  pg_temp.moment(ref || '/domain/' || host), NULL
FROM project CROSS JOIN unnest(ARRAY['', 'login.']) AS host;

INSERT INTO auth.saml_providers (
  id, sso_provider_id, entity_id, metadata_xml, metadata_url, attribute_mapping, created_at,
  updated_at, name_id_format
)
SELECT
  pg_temp.uuid(ref || '/saml'), pg_temp.uuid(ref || '/sso'), 'https://idp.' || ref || '.example/saml',
  E'<?xml version="1.0"?>\r\n<Certificate>' || pg_temp.long_text(ref || '/saml') || '</Certificate>',
  NULL, jsonb_build_object('keys', pg_temp.odd_jsonb()), pg_temp.moment(ref || '/saml'), NULL,
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'
FROM project;

INSERT INTO auth.custom_oauth_providers (
  id, provider_type, identifier, name, client_id, client_secret, acceptable_client_ids, scopes,
  attribute_mapping, issuer, cached_discovery, discovery_cached_at, created_at, updated_at,
  custom_claims_allowlist
)
SELECT
  pg_temp.uuid(ref || '/custom'), 'oidc', 'custom:' || ref, 'Sign in with ' || ref, 'client-' || i,
  pg_temp.key(ref || '/custom-secret'), ARRAY['ios', NULL, 'NULL', 'say "hi"', 'a,b', '{}', E'\\', ''],
  '[2:3]={openid,email}', pg_temp.odd_jsonb(), 'https://issuer.' || ref || '.example', 'null',
  pg_temp.moment(ref || '/discovered'), pg_temp.moment(ref || '/custom'),
  pg_temp.moment(ref || '/custom'), '{}'
FROM project;

INSERT INTO auth.identities (
  provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id
)
SELECT
  pg_temp.user_of(ref, n)::text,
  pg_temp.user_of(ref, n),
  jsonb_build_object(
    'sub', pg_temp.user_of(ref, n), 'email', 'User' || n || '@' || ref || '.example',
    'email_verified', n % 2 = 0
  ),
  CASE n
    WHEN 4 THEN 'sso:' || pg_temp.uuid(ref || '/sso')
    WHEN 7 THEN 'custom:' || ref
    ELSE 'email'
  END,
  CASE WHEN n % 4 > 0 THEN pg_temp.moment(ref || '/signed-in/' || n) END,
  pg_temp.moment(ref || '/since/' || n),
  pg_temp.moment(ref || '/since/' || n),
  pg_temp.uuid(ref || '/identity/' || n)
FROM project CROSS JOIN generate_series(1, pg_temp.size_of('users')) AS n
WHERE n <> 6;

-- Every tenth user signs in with Google as well; the first of them without an e-mail.
INSERT INTO auth.identities (
  provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, id
)
SELECT
  'google|' || pg_temp.key(ref || '/google/' || n),
  pg_temp.user_of(ref, n),
  CASE WHEN n = 10 THEN pg_temp.odd_jsonb() ELSE jsonb_build_object('email', 'g' || n || '@' || ref) END,
  'google', NULL, NULL, NULL,
  pg_temp.uuid(ref || '/google/' || n)
FROM project CROSS JOIN generate_series(10, pg_temp.size_of('users'), 10) AS n;

INSERT INTO auth.one_time_tokens (
  id, user_id, token_type, token_hash, relates_to, created_at, updated_at
)
SELECT
  pg_temp.uuid(ref || '/once/' || kind.value), pg_temp.user_of(ref, kind.place), kind.value,
  pg_temp.key(ref || '/once/' || kind.value), 'user' || kind.place || '@' || ref || '.example',
  timestamp '2025-12-31 23:59:59.999999' - kind.place * interval '1 microsecond',
  timestamp 'infinity'
FROM project
CROSS JOIN unnest(enum_range(NULL::auth.one_time_token_type)) WITH ORDINALITY AS kind (value, place);
