-- Accounts: first all of them in their ordinary form, then the odd ones, by number.

INSERT INTO auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token,
  recovery_token, email_change_token_new, email_change, last_sign_in_at, raw_app_meta_data,
  raw_user_meta_data, created_at, updated_at, phone, phone_confirmed_at
)
SELECT
  CASE WHEN n % 97 <> 8 THEN project.instance_id END,
  pg_temp.user_of(project.ref, n),
  'authenticated',
  'authenticated',
  'user' || n || '@' || project.ref || '.example',
  '$2a$10$' || left(person.key || person.key, 53),
  person.since + interval '61.000001 seconds',
  CASE WHEN n % 10 = 1 THEN 'confirm-' || person.key ELSE '' END,
  CASE WHEN n % 10 = 2 THEN 'recover-' || person.key ELSE '' END,
  '',
  '',
  CASE WHEN n % 4 > 0 THEN person.since + interval '123456.654321 seconds' END,
  jsonb_build_object(
    'project_ref', project.ref, 'provider', 'email', 'providers', jsonb_build_array('email')
  ),
  jsonb_build_object('name', 'User ' || n, 'color', '#' || left(person.key, 6)),
  person.since,
  person.since + interval '123456.7 seconds',
  CASE WHEN n % 3 = 0 THEN '+1' || lpad((project.i * 10000000::bigint + n)::text, 13, '0') END,
  CASE WHEN n % 6 = 0 THEN person.since + interval '30.5 seconds' END
FROM project
CROSS JOIN generate_series(1, pg_temp.size_of('users')) AS n
CROSS JOIN LATERAL (
  SELECT
    pg_temp.key(project.ref || '/password/' || n) AS key,
    pg_temp.moment(project.ref || '/since/' || n) AS since
  -- Keeps the planner from writing the hash out for every column that uses it.
  OFFSET 0
) AS person;

-- 1: every optional column is filled, with characters that need escaping.
UPDATE auth.users SET
  invited_at = timestamptz '2024-02-29 23:59:59.999999+00',
  confirmation_sent_at = created_at + interval '1 microsecond',
  recovery_token = 'recovery-' || id, recovery_sent_at = created_at,
  email_change_token_new = 'change-new-' || id, email_change = 'Ünïcode+tag@example.org',
  email_change_sent_at = created_at, email_change_token_current = 'change-current-' || id,
  email_change_confirm_status = 2,
  phone_change = E'\\N', phone_change_token = '123456', phone_change_sent_at = created_at,
  reauthentication_token = 'again-' || id, reauthentication_sent_at = created_at,
  is_super_admin = false,
  raw_app_meta_data = raw_app_meta_data || pg_temp.odd_jsonb(),
  raw_user_meta_data = pg_temp.odd_jsonb()
FROM project WHERE id = pg_temp.user_of(project.ref, 1);

-- 2 and 4: no phone, as most. 3: an empty password, and tokens that repeat without colliding.
UPDATE auth.users SET encrypted_password = '', reauthentication_token = '000000'
FROM project WHERE id = pg_temp.user_of(project.ref, 3);

-- 4: from single sign-on, with the e-mail of user 1.
UPDATE auth.users SET
  email = 'user1@' || project.ref || '.example', is_sso_user = true, encrypted_password = NULL,
  raw_app_meta_data = jsonb_build_object(
    'project_ref', project.ref, 'provider', 'sso:' || pg_temp.uuid(project.ref || '/sso')
  )
FROM project WHERE id = pg_temp.user_of(project.ref, 4);

-- 5: deleted, the row kept. One phone of the whole server may be an empty text.
UPDATE auth.users SET
  deleted_at = timestamptz '2025-06-30 12:00:00.000001+00',
  phone = CASE WHEN project.i = 1 THEN '' END,
  email = pg_temp.key(project.ref || '/gone'), raw_user_meta_data = '{}'
FROM project WHERE id = pg_temp.user_of(project.ref, 5);

-- 6: anonymous.
UPDATE auth.users SET
  email = NULL, phone = NULL, email_confirmed_at = NULL, phone_confirmed_at = NULL,
  encrypted_password = '', is_anonymous = true
FROM project WHERE id = pg_temp.user_of(project.ref, 6);

-- 7: banned for ever. 8: no metadata of its own, no instance. 9: metadata that is JSON's null.
UPDATE auth.users SET banned_until = 'infinity'
FROM project WHERE id = pg_temp.user_of(project.ref, 7);
UPDATE auth.users SET raw_user_meta_data = NULL
FROM project WHERE id = pg_temp.user_of(project.ref, 8);
UPDATE auth.users SET raw_user_meta_data = 'null'
FROM project WHERE id = pg_temp.user_of(project.ref, 9);

-- 10: a value that is stored out of line.
UPDATE auth.users SET
  raw_user_meta_data = jsonb_build_object('avatar', pg_temp.long_text(project.ref || '/avatar'))
FROM project WHERE id = pg_temp.user_of(project.ref, 10);

-- 11: the ends of time.
UPDATE auth.users SET
  invited_at = '-infinity', confirmation_sent_at = '0044-03-15 12:00:00.123456+00 BC',
  recovery_sent_at = '4713-11-25 00:00:00+00 BC', email_change_sent_at = 'infinity',
  last_sign_in_at = '294275-12-31 23:59:59.999999+00'
FROM project WHERE id = pg_temp.user_of(project.ref, 11);

-- 12: NULL where the auth service expects an empty text.
UPDATE auth.users SET
  confirmation_token = NULL, recovery_token = NULL, email_change_token_new = NULL,
  email_change = NULL, phone_change = NULL, phone_change_token = NULL,
  email_change_token_current = NULL, reauthentication_token = NULL
FROM project WHERE id = pg_temp.user_of(project.ref, 12);
