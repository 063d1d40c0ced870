-- Second factors, sessions and refresh tokens.

-- Six factors: one for each of the users 1 to 5, and a second one for user 1.
INSERT INTO auth.mfa_factors (
  id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret, phone,
  last_challenged_at, web_authn_credential, web_authn_aaguid, last_webauthn_challenge_data
)
SELECT
  pg_temp.uuid(ref || '/factor/' || n),
  pg_temp.user_of(ref, CASE WHEN n = 6 THEN 1 ELSE n END),
  CASE n WHEN 1 THEN pg_temp.odd_text() WHEN 2 THEN '' WHEN 4 THEN ' ' WHEN 5 THEN 'phone 📱' END,
  (ARRAY['totp', 'phone', 'webauthn', 'totp', 'totp', 'phone'])[n]::auth.factor_type,
  CASE WHEN n < 4 THEN 'verified' ELSE 'unverified' END::auth.factor_status,
  pg_temp.moment(ref || '/factor/' || n),
  pg_temp.moment(ref || '/factor/' || n),
  CASE WHEN n IN (1, 4, 5) THEN upper(pg_temp.key(ref || '/secret/' || n)) END,
  CASE WHEN n IN (2, 6) THEN '+49' || n || i END,
  CASE WHEN n < 5 THEN pg_temp.moment('challenged') + (i * 10 + n) * interval '1 microsecond' END,
  CASE WHEN n = 3 THEN pg_temp.odd_jsonb() END,
  CASE WHEN n = 3 THEN pg_temp.uuid(ref || '/aaguid') END,
  CASE WHEN n = 3 THEN jsonb 'null' END
FROM project CROSS JOIN generate_series(1, 6) AS n;

INSERT INTO auth.mfa_challenges (
  id, factor_id, created_at, verified_at, ip_address, otp_code, web_authn_session_data
)
SELECT
  pg_temp.uuid(ref || '/challenge/' || n), pg_temp.uuid(ref || '/factor/' || n),
  pg_temp.moment(ref || '/challenge/' || n), CASE WHEN n < 3 THEN timestamptz 'infinity' END,
  (ARRAY[
    '192.0.2.1', '192.0.2.0/24', '2001:db8::1', '2001:db8::/32', '::ffff:1.2.3.4', '0.0.0.0/0'
  ])[n]::inet,
  CASE n WHEN 2 THEN '012345' WHEN 4 THEN '' END, CASE WHEN n = 3 THEN pg_temp.odd_jsonb() END
FROM project CROSS JOIN generate_series(1, 6) AS n;

INSERT INTO auth.sessions (
  id, user_id, created_at, updated_at, factor_id, aal, not_after, refreshed_at, user_agent, ip,
  tag, oauth_client_id, refresh_token_hmac_key, refresh_token_counter, scopes
)
SELECT
  pg_temp.session_of(ref, n),
  pg_temp.user_of(ref, pg_temp.user_in_session(n)),
  begun.at,
  begun.at + interval '3600.000001 seconds',
  CASE WHEN n <= 3 THEN pg_temp.uuid(ref || '/factor/' || n) END,
  CASE WHEN n = 5 THEN NULL WHEN n <= 3 THEN 'aal2' ELSE 'aal1' END::auth.aal_level,
  CASE WHEN n = 4 THEN timestamptz 'infinity' WHEN n % 5 = 0 THEN begun.at + interval '1000 hours' END,
  CASE WHEN n = 4 THEN timestamp '-infinity' WHEN n % 3 = 0 THEN begun.at AT TIME ZONE 'UTC' END,
  CASE WHEN n = 1 THEN pg_temp.odd_text() WHEN n = 2 THEN '' ELSE 'Mozilla/5.0 (' || n || ')' END,
  CASE n % 5
    WHEN 0 THEN '2001:db8::' || to_hex(n % 65536)
    WHEN 1 THEN '10.' || n % 256 || '.2.3'
    WHEN 2 THEN '10.' || n % 256 || '.2.3/16'
    WHEN 3 THEN '2001:db8::/32'
  END::inet,
  CASE n % 7 WHEN 0 THEN '' WHEN 1 THEN 'tag' END,
  CASE
    WHEN n = 2 AND i <= 2 THEN pg_temp.uuid('shared-client')
    WHEN n <= 3 THEN pg_temp.uuid(ref || '/client')
  END,
  CASE WHEN n % 4 = 0 THEN pg_temp.key(ref || '/hmac/' || n) END,
  CASE WHEN n % 4 = 0 THEN 9223372036854775807 - n END,
  CASE WHEN n <= 3 THEN 'openid email' END
FROM project
CROSS JOIN generate_series(1, pg_temp.size_of('sessions')) AS n
CROSS JOIN LATERAL (SELECT pg_temp.moment(ref || '/session/' || n) AS at) AS begun;

INSERT INTO auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method, id)
SELECT
  pg_temp.session_of(ref, n), pg_temp.moment(ref || '/claim/' || n),
  pg_temp.moment(ref || '/claim/' || n), method, pg_temp.uuid(ref || '/claim/' || method || n)
FROM project
CROSS JOIN generate_series(1, least(pg_temp.size_of('sessions'), 20)) AS n
CROSS JOIN unnest(ARRAY['password', 'totp']) AS method
WHERE method = 'password' OR n <= 3;

-- Three tokens make a chain: two spent ones, each the parent of the next, and the live one. The
-- projects' ids alternate. 1 is from before there were sessions.
INSERT INTO auth.refresh_tokens (
  instance_id, id, token, user_id, revoked, created_at, updated_at, parent, session_id
)
SELECT
  CASE WHEN n % 50 <> 2 THEN instance_id END,
  (n - 1) * pg_temp.size_of('projects') + i,
  link.token,
  pg_temp.user_of(ref, pg_temp.user_in_session(link.session)),
  CASE WHEN n = 5 THEN NULL ELSE n % 3 <> 0 END,
  pg_temp.moment(ref || '/token/' || n),
  pg_temp.moment(ref || '/token/' || n) + interval '5 microseconds',
  CASE WHEN n = 1 THEN NULL WHEN n % 3 = 1 THEN '' ELSE link.parent END,
  CASE WHEN n > 1 THEN pg_temp.session_of(ref, link.session) END
FROM project
CROSS JOIN generate_series(1, pg_temp.size_of('refresh_tokens')) AS n
CROSS JOIN LATERAL (
  SELECT
    left(pg_temp.key(ref || '/token/' || n), 22)
      || CASE WHEN n = 4 THEN pg_temp.odd_text() ELSE '' END AS token,
    left(pg_temp.key(ref || '/token/' || (n - 1)), 22)
      || CASE WHEN n - 1 = 4 THEN pg_temp.odd_text() ELSE '' END AS parent,
    (n - 1) / 3 % pg_temp.size_of('sessions') + 1 AS session
) AS link;
