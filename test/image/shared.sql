-- Turns a studio into a database as the Supabase image makes it: who owns what, who may do what, default
-- privileges, extensions in a schema of their own, event triggers. Run as `supabase_admin`.

CREATE SCHEMA extensions AUTHORIZATION postgres;
GRANT USAGE ON SCHEMA extensions TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA extensions TO dashboard_user;
CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
CREATE EXTENSION pgcrypto SCHEMA extensions;
CREATE EXTENSION pg_stat_statements SCHEMA extensions;

ALTER SCHEMA auth OWNER TO supabase_admin;
GRANT ALL ON SCHEMA auth TO supabase_auth_admin, dashboard_user;
GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role, postgres;
ALTER SCHEMA storage OWNER TO supabase_admin;
GRANT ALL ON SCHEMA storage TO supabase_storage_admin, dashboard_user, service_role;
GRANT USAGE ON SCHEMA storage TO anon, authenticated, postgres;

-- One default of older Auth needs an extension.
ALTER TABLE auth.instances ALTER COLUMN id SET DEFAULT extensions.uuid_generate_v4();
-- Functions that the image's own scripts leave to its superuser's helper.
ALTER FUNCTION auth.uid() OWNER TO supabase_auth_admin;

CREATE SCHEMA graphql_public AUTHORIZATION supabase_admin;
GRANT USAGE ON SCHEMA graphql_public TO postgres, anon, authenticated, service_role;
CREATE FUNCTION graphql_public.graphql(query text) RETURNS jsonb LANGUAGE sql
  AS $$ SELECT jsonb_build_object('errors', jsonb_build_array('pg_graphql is not enabled')) $$;

-- Default privileges: who makes something in a schema, and who gets all of it.
DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN
    SELECT maker, schema, kind, takers
      FROM (VALUES ('postgres', 'public', 'postgres, anon, authenticated, service_role'),
                   ('supabase_admin', 'public', 'postgres, anon, authenticated, service_role'),
                   ('postgres', 'storage', 'postgres, anon, authenticated, service_role'),
                   ('postgres', 'graphql_public', 'anon, authenticated, service_role'),
                   ('supabase_admin', 'graphql_public', 'postgres, anon, authenticated, service_role'),
                   ('supabase_auth_admin', 'auth', 'postgres, dashboard_user'),
                   ('supabase_admin', 'auth', 'postgres, dashboard_user'),
                   ('supabase_admin', 'storage', 'postgres, dashboard_user'),
                   ('supabase_admin', 'extensions', 'postgres'))
             AS given (maker, schema, takers),
           unnest(ARRAY['TABLES', 'SEQUENCES', 'FUNCTIONS']) AS kind
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT ALL ON %s TO %s',
                   entry.maker, entry.schema, entry.kind, entry.takers);
  END LOOP;
END $$;

GRANT SELECT ON ALL TABLES IN SCHEMA auth TO postgres;
GRANT ALL ON ALL TABLES IN SCHEMA storage TO postgres;

-- Settings of the database, with dots and without, for all roles and for one.
DO $$
DECLARE
  setting text;
BEGIN
  FOREACH setting IN ARRAY ARRAY[
    $s$DATABASE %I SET "app.settings.jwt_secret" = 'image-secret-of-thirty-two-characters'$s$,
    $s$DATABASE %I SET "app.settings.jwt_exp" = '3600'$s$,
    $s$DATABASE %I SET "pgrst.db_schemas" = 'public, graphql_public'$s$,
    $s$DATABASE %I SET search_path = '$user', public, extensions$s$,
    $s$DATABASE %I SET statement_timeout = '2min'$s$,
    $s$DATABASE %I SET log_min_duration_statement = '5s'$s$,
    $s$ROLE postgres IN DATABASE %I SET "app.settings.operator" = 'image-secret-of-one-role'$s$,
    $s$ROLE authenticator IN DATABASE %I SET "pgrst.jwt_secret" = 'image-secret-of-the-api'$s$,
    $s$ROLE service_role IN DATABASE %I SET statement_timeout = '60s'$s$,
    $s$ROLE supabase_admin IN DATABASE %I SET "app.settings.studio" = 'yes'$s$
  ] LOOP
    EXECUTE format('ALTER ' || setting, current_database());
  END LOOP;
END $$;
