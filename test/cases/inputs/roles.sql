do $$ begin
 if not exists(select from pg_roles where rolname='r_hosted') then
  create role r_hosted login createdb createrole bypassrls replication;
  grant anon, authenticated, service_role, authenticator to r_hosted;
  grant pg_monitor, pg_signal_backend to r_hosted;
  create role r_member login createdb createrole bypassrls;
  grant supabase_auth_admin, supabase_storage_admin, anon, authenticated, service_role, authenticator, dashboard_user to r_member;
  create role r_noinherit login createdb createrole bypassrls noinherit;
  grant supabase_auth_admin, supabase_storage_admin, anon, authenticated, service_role, authenticator, dashboard_user to r_noinherit;
  create role r_readall login createdb; grant pg_read_all_data to r_readall;
  create role r_reader login bypassrls;
  create role r_target login createdb; grant supabase_auth_admin, supabase_storage_admin to r_target;
  create role r_nocreatedb login bypassrls; grant supabase_auth_admin, supabase_storage_admin to r_nocreatedb;
  create role r_lim login superuser; alter role r_lim connection limit 2;
  create role schema_owner nologin;
  create role operator login createdb bypassrls;
  grant schema_owner, supabase_auth_admin, supabase_storage_admin to operator;
  create role "svc.auth@corp.io" nologin;
 end if;
end $$;
