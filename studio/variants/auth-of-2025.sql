-- auth as it was in the middle of 2025: before the OAuth server, passkeys and custom providers.

SET LOCAL ROLE supabase_auth_admin;

DROP TABLE auth.oauth_authorizations, auth.oauth_consents, auth.oauth_client_states;
DROP TABLE auth.webauthn_challenges, auth.webauthn_credentials, auth.custom_oauth_providers;

ALTER TABLE auth.sessions
  DROP COLUMN oauth_client_id,
  DROP COLUMN refresh_token_hmac_key,
  DROP COLUMN refresh_token_counter,
  DROP COLUMN scopes;
ALTER TABLE auth.mfa_factors DROP COLUMN last_webauthn_challenge_data;
DROP TABLE auth.oauth_clients;

DROP TYPE auth.oauth_authorization_status, auth.oauth_client_type;
DROP TYPE auth.oauth_registration_type, auth.oauth_response_type;

ALTER TABLE auth.flow_state
  DROP COLUMN invite_token,
  DROP COLUMN referrer,
  DROP COLUMN oauth_client_state_id,
  DROP COLUMN linking_target_id,
  DROP COLUMN email_optional;
UPDATE auth.flow_state SET
  auth_code = coalesce(auth_code, 'code of ' || id),
  code_challenge = coalesce(code_challenge, ''),
  code_challenge_method = coalesce(code_challenge_method, 'plain');
ALTER TABLE auth.flow_state
  ALTER COLUMN auth_code SET NOT NULL,
  ALTER COLUMN code_challenge SET NOT NULL,
  ALTER COLUMN code_challenge_method SET NOT NULL;

DELETE FROM auth.schema_migrations WHERE version > '20250717082212';

RESET ROLE;
