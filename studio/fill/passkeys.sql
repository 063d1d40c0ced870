-- Passkeys, and the log of what people did.

-- The first key's bytes are all there are, from 0 to 255.
INSERT INTO auth.webauthn_credentials (
  id, user_id, credential_id, public_key, aaguid, sign_count, transports, backup_eligible,
  friendly_name, created_at, updated_at, last_used_at
)
SELECT
  pg_temp.uuid(ref || '/passkey/' || n), pg_temp.user_of(ref, n),
  CASE WHEN n = 1 THEN every.byte ELSE '' END || uuid_send(pg_temp.uuid(ref || '/credential/' || n)),
  CASE n WHEN 1 THEN every.byte WHEN 2 THEN '' ELSE decode(pg_temp.key(ref || '/public/' || n), 'hex') END,
  CASE WHEN n = 1 THEN pg_temp.uuid(ref || '/aaguid') END,
  CASE n WHEN 1 THEN 9223372036854775807 ELSE n END,
  (ARRAY['["usb", "internal"]', '[]', '["hybrid", null, {"x": 1.00}]'])[n]::jsonb,
  n = 1, CASE n WHEN 1 THEN pg_temp.odd_text() ELSE '' END,
  pg_temp.moment(ref || '/passkey/' || n), pg_temp.moment(ref || '/passkey/' || n),
  CASE WHEN n = 1 THEN pg_temp.moment(ref || '/used') END
FROM project
CROSS JOIN generate_series(1, 3) AS n
CROSS JOIN (
  SELECT decode(string_agg(lpad(to_hex(b), 2, '0'), '' ORDER BY b), 'hex') AS byte
  FROM generate_series(0, 255) AS b
) AS every;

-- The third belongs to nobody yet.
INSERT INTO auth.webauthn_challenges (
  id, user_id, challenge_type, session_data, created_at, expires_at
)
SELECT
  pg_temp.uuid(ref || '/ceremony/' || n), CASE WHEN n < 3 THEN pg_temp.user_of(ref, n) END,
  (ARRAY['signup', 'registration', 'authentication'])[n],
  CASE n WHEN 1 THEN pg_temp.odd_jsonb() WHEN 2 THEN 'null' ELSE '{}' END,
  pg_temp.moment(ref || '/ceremony/' || n),
  pg_temp.moment(ref || '/ceremony/' || n) + interval '5 minutes'
FROM project CROSS JOIN generate_series(1, 3) AS n;

INSERT INTO auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
SELECT
  CASE WHEN n <> 6 THEN instance_id END,
  pg_temp.uuid(ref || '/audit/' || n),
  format(
    '{"action":"login","actor_id":"%s","actor_username":"user%s@%s.example","log_type":"account"}',
    pg_temp.user_of(ref, n), n, ref
  )::json,
  pg_temp.moment(ref || '/audit/' || n),
  CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN '10.0.0.' || n ELSE '2001:db8::' || n END
FROM project CROSS JOIN generate_series(1, 12) AS n;

-- An operator's act on user 1 (the actor is nil); the login of a user who is gone; a text that
-- jsonb would not keep; and two rows that name nobody.
INSERT INTO auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
SELECT
  instance_id, pg_temp.uuid(ref || '/odd-audit/' || odd.n), odd.payload::json,
  CASE WHEN odd.n = 4 THEN timestamptz '0001-12-31 23:59:59.999999+00 BC'
    WHEN odd.n = 5 THEN NULL
    ELSE pg_temp.moment(ref || '/odd-audit/' || odd.n) END,
  ''
FROM project
CROSS JOIN LATERAL (
  VALUES
    (1, format(
      '{"actor_id":"00000000-0000-0000-0000-000000000000","action":"user_modified",'
        '"traits":{"user_id":"%s","user_email":"user1@%s.example"}}',
      pg_temp.user_of(ref, 1), ref
    )),
    (2, format(
      '{"actor_id":"%s","actor_username":"vanished@%s.example","action":"login"}',
      pg_temp.uuid(ref || '/vanished'), ref
    )),
    (3, format(
      E'  { "action" :\t"first",\r\n\n  "actor_id":"%s", "action": "second" ,'
        ' "big":12345678901234567890,"one":1.00,"uno":1.0, "esc":"\\u00e9\\n🚀" }  ',
      pg_temp.user_of(ref, 2)
    )),
    (4, NULL),
    (5, 'null')
) AS odd (n, payload);
