-- The roles of a server as the Supabase image makes them. Run as a superuser that is none of them, on a
-- server whose first superuser is called `postgres`: there that one is called `supabase_admin`, and
-- `postgres` is no superuser. Every role that can log in has its own name as its password.

ALTER ROLE postgres RENAME TO supabase_admin;
ALTER ROLE supabase_admin PASSWORD 'supabase_admin';

CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS PASSWORD 'postgres';
CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT PASSWORD 'authenticator';
CREATE ROLE supabase_auth_admin LOGIN NOINHERIT CREATEROLE PASSWORD 'supabase_auth_admin';
CREATE ROLE supabase_storage_admin LOGIN NOINHERIT CREATEROLE PASSWORD 'supabase_storage_admin';
CREATE ROLE supabase_replication_admin LOGIN REPLICATION PASSWORD 'supabase_replication_admin';
CREATE ROLE supabase_read_only_user LOGIN BYPASSRLS PASSWORD 'supabase_read_only_user';
CREATE ROLE supabase_functions_admin NOLOGIN NOINHERIT CREATEROLE;
CREATE ROLE dashboard_user NOLOGIN CREATEDB CREATEROLE REPLICATION;
CREATE ROLE pgbouncer LOGIN PASSWORD 'pgbouncer';

GRANT anon, authenticated, service_role TO authenticator;
GRANT anon, authenticated, service_role, authenticator TO postgres;
GRANT authenticator TO supabase_storage_admin;
GRANT pg_monitor, pg_read_all_data, pg_signal_backend TO postgres;
GRANT pg_read_all_data TO supabase_read_only_user;

ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE authenticated SET statement_timeout = '8s';
ALTER ROLE authenticator SET statement_timeout = '8s';
ALTER ROLE authenticator SET lock_timeout = '8s';
ALTER ROLE supabase_auth_admin SET search_path = auth;
ALTER ROLE supabase_auth_admin SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE supabase_storage_admin SET search_path = storage;
ALTER ROLE supabase_admin SET search_path = '$user', public, auth, extensions;
ALTER ROLE postgres SET search_path = '$user', public, extensions;
ALTER ROLE postgres SET statement_timeout = '2min';
ALTER ROLE supabase_auth_admin SET log_statement = 'none';
ALTER ROLE supabase_storage_admin SET log_statement = 'none';
ALTER ROLE supabase_storage_admin SET statement_timeout = '10min';
ALTER ROLE supabase_admin SET log_statement = 'none';
