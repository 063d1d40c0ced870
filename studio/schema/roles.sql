-- The service roles of a Supabase-style cluster. They belong to the whole server, so that only a
-- missing one is created; none can log in and none has a password. Safe to run by several
-- sessions at once.

DO $roles$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT role.name, role.attributes
    FROM (VALUES
      ('anon', 'NOINHERIT'),
      ('authenticated', 'NOINHERIT'),
      ('service_role', 'NOINHERIT BYPASSRLS'),
      ('authenticator', 'NOINHERIT'),
      ('supabase_auth_admin', 'NOINHERIT CREATEROLE'),
      ('supabase_storage_admin', 'NOINHERIT CREATEROLE'),
      ('dashboard_user', 'CREATEDB CREATEROLE REPLICATION')
    ) AS role (name, attributes)
  LOOP
    CONTINUE WHEN to_regrole(wanted.name) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted.name, wanted.attributes);
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN
        RAISE DEBUG 'another session has just created %', wanted.name;
    END;
  END LOOP;
END
$roles$;

DO $members$
DECLARE
  granted text;
BEGIN
  FOREACH granted IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_auth_members AS membership
      WHERE membership.roleid = to_regrole(granted)
        AND membership.member = to_regrole('authenticator')
    );
    BEGIN
      EXECUTE format('GRANT %I TO authenticator', granted);
    EXCEPTION
      -- "tuple concurrently updated" arrives as internal_error.
      WHEN unique_violation OR internal_error THEN
        RAISE DEBUG 'another session has just granted %', granted;
    END;
  END LOOP;
END
$members$;
