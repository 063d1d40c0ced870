-- Who may do what in auth: row security without a policy on most tables, and grants.

ALTER TABLE auth.audit_log_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.flow_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.instances ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.mfa_amr_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.mfa_challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.mfa_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.one_time_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.saml_providers ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.saml_relay_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.schema_migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sso_domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sso_providers ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE auth.users IS 'Accounts; every other table of this schema hangs on it.';
COMMENT ON COLUMN auth.users.is_sso_user IS
  'True for accounts from single sign-on, whose e-mail may repeat that of another account.';

GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
GRANT ALL ON SCHEMA auth TO dashboard_user;
GRANT SELECT ON auth.users, auth.identities, auth.sessions TO service_role;
GRANT SELECT ON auth.schema_migrations TO dashboard_user WITH GRANT OPTION;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON auth.schema_migrations FROM dashboard_user;
REVOKE ALL ON FUNCTION auth.jwt() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.jwt() TO anon, authenticated, service_role;

-- A hosted server has an operator named postgres beside the owner; another server may not.
DO $operator$
BEGIN
  IF to_regrole('postgres') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA auth TO postgres;
    GRANT ALL ON ALL TABLES IN SCHEMA auth TO postgres;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA auth TO postgres;
    GRANT SELECT ON auth.users, auth.identities TO postgres WITH GRANT OPTION;
  END IF;
END
$operator$;
