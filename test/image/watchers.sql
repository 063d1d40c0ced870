-- Event triggers as the image has them: some look at every statement, others give rights, or raise, for
-- extensions that no server of these tests has.

CREATE SCHEMA IF NOT EXISTS extensions AUTHORIZATION postgres;

CREATE FUNCTION extensions.pgrst_ddl_watch() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  cmd record;
BEGIN
  FOR cmd IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    IF cmd.command_tag IN ('CREATE SCHEMA', 'CREATE TABLE', 'ALTER TABLE', 'CREATE FUNCTION')
       AND cmd.schema_name IS DISTINCT FROM 'pg_temp' THEN
      PERFORM pg_notify('pgrst', 'reload schema');
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION extensions.pgrst_drop_watch() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  gone record;
BEGIN
  FOR gone IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
    IF gone.object_type IN ('schema', 'table', 'function') THEN
      PERFORM pg_notify('pgrst', 'reload schema');
    END IF;
  END LOOP;
END $$;
CREATE FUNCTION extensions.grant_pg_net_access() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() AS ev
               JOIN pg_extension AS ext ON ev.objid = ext.oid WHERE ext.extname = 'pg_net') THEN
    GRANT USAGE ON SCHEMA net TO postgres, anon, authenticated, service_role;
  END IF;
END $$;

-- Each of these calls a function of `extensions`, by its bare name or by its full one.
CREATE FUNCTION extensions.is_made(wanted text, kind text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM pg_event_trigger_ddl_commands() AS made
                  WHERE made.object_type = kind AND made.object_identity LIKE wanted)
$$;
CREATE FUNCTION extensions.grant_pg_graphql_access() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF extensions.is_made('graphql.resolve(%', 'function') THEN
    CREATE SCHEMA IF NOT EXISTS graphql_public;
    GRANT USAGE ON SCHEMA graphql TO postgres, anon, authenticated, service_role;
    GRANT ALL ON FUNCTION graphql.resolve TO postgres, anon, authenticated, service_role;
  END IF;
END $$;
CREATE FUNCTION extensions.grant_pg_cron_access() RETURNS event_trigger LANGUAGE plpgsql
  SET search_path = extensions, pg_catalog AS $$
BEGIN
  IF is_made('cron', 'schema') THEN
    GRANT USAGE ON SCHEMA cron TO postgres WITH GRANT OPTION;
    GRANT ALL ON ALL TABLES IN SCHEMA cron TO postgres WITH GRANT OPTION;
  END IF;
  IF is_made('pgsodium', 'extension') THEN
    RAISE EXCEPTION 'pgsodium is not offered any more';
  END IF;
END $$;
CREATE FUNCTION extensions.set_graphql_placeholder() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() AS gone
              WHERE gone.object_type = 'extension' AND gone.object_name = 'pg_graphql') THEN
    RAISE EXCEPTION 'graphql_public.graphql would be missing';
  END IF;
END $$;

CREATE EVENT TRIGGER pgrst_ddl_watch ON ddl_command_end
  EXECUTE FUNCTION extensions.pgrst_ddl_watch();
CREATE EVENT TRIGGER pgrst_drop_watch ON sql_drop
  EXECUTE FUNCTION extensions.pgrst_drop_watch();
CREATE EVENT TRIGGER issue_pg_net_access ON ddl_command_end
  WHEN TAG IN ('CREATE EXTENSION') EXECUTE FUNCTION extensions.grant_pg_net_access();
CREATE EVENT TRIGGER issue_pg_graphql_access ON ddl_command_end
  WHEN TAG IN ('CREATE FUNCTION') EXECUTE FUNCTION extensions.grant_pg_graphql_access();
CREATE EVENT TRIGGER issue_pg_cron_access ON ddl_command_end
  WHEN TAG IN ('CREATE SCHEMA', 'CREATE EXTENSION') EXECUTE FUNCTION extensions.grant_pg_cron_access();
CREATE EVENT TRIGGER issue_graphql_placeholder ON sql_drop
  WHEN TAG IN ('DROP EXTENSION') EXECUTE FUNCTION extensions.set_graphql_placeholder();
