import { aroundRows, type Corruption } from '../corruption';

const POLICY = '"Signed-in people read their own files and public buckets" ON storage.objects';

/** Who may see and do what. */
export const ACCESS: readonly Corruption[] = [
  aroundRows(
    'row security off',
    'auth.refresh_tokens',
    'ALTER TABLE auth.refresh_tokens DISABLE ROW LEVEL SECURITY',
  ),
  aroundRows(
    'row security forced on the owner',
    'auth.users',
    'ALTER TABLE auth.users FORCE ROW LEVEL SECURITY',
  ),
  aroundRows('a widened policy', 'storage.objects', `ALTER POLICY ${POLICY} USING (true)`),
  aroundRows('a policy for everybody', 'storage.objects', `ALTER POLICY ${POLICY} TO PUBLIC`),
  aroundRows('a dropped policy', 'storage.objects', `DROP POLICY ${POLICY}`),
  aroundRows(
    'a policy too many',
    'auth.users',
    'CREATE POLICY everybody ON auth.users FOR SELECT TO anon USING (true)',
  ),
  aroundRows('a grant to anon', 'auth.users', 'GRANT SELECT ON auth.users TO anon'),
  aroundRows(
    'a grant to everybody',
    'auth.one_time_tokens',
    'GRANT SELECT ON auth.one_time_tokens TO PUBLIC',
  ),
  aroundRows(
    'a revoked grant',
    'storage.buckets',
    'REVOKE INSERT ON storage.buckets FROM service_role',
  ),
  aroundRows(
    'the option to grant',
    'storage.objects',
    'GRANT SELECT ON storage.objects TO authenticated WITH GRANT OPTION',
  ),
  aroundRows(
    'a grant on a column',
    'auth.users',
    'GRANT SELECT (encrypted_password) ON auth.users TO authenticated',
  ),
  aroundRows('a grant on a schema', 'schema auth', 'GRANT CREATE ON SCHEMA auth TO anon'),
  aroundRows(
    'a grant on a sequence',
    'auth.refresh_tokens_id_seq',
    'GRANT UPDATE ON SEQUENCE auth.refresh_tokens_id_seq TO anon',
  ),
  aroundRows('a grant on a function', 'auth.jwt', 'GRANT EXECUTE ON FUNCTION auth.jwt() TO PUBLIC'),
  aroundRows(
    'default privileges too many',
    'anon',
    `ALTER DEFAULT PRIVILEGES FOR ROLE supabase_auth_admin IN SCHEMA auth GRANT SELECT ON TABLES TO anon`,
  ),
  aroundRows(
    'default privileges too few',
    'dashboard_user',
    `ALTER DEFAULT PRIVILEGES FOR ROLE supabase_auth_admin IN SCHEMA auth REVOKE SELECT ON TABLES FROM dashboard_user`,
  ),
  aroundRows(
    'another owner of a table',
    'auth.identities',
    'ALTER TABLE auth.identities OWNER TO dashboard_user',
  ),
  aroundRows(
    'another owner of a schema',
    'storage',
    'ALTER SCHEMA storage OWNER TO dashboard_user',
  ),
  aroundRows(
    'another owner of a function',
    'auth.uid',
    'ALTER FUNCTION auth.uid() OWNER TO dashboard_user',
  ),
  aroundRows(
    'a grant on the database',
    'database',
    ({ database }) => `GRANT CREATE ON DATABASE ${database} TO anon`,
  ),
  aroundRows(
    'a revoked grant on the database',
    'database',
    ({ database }) => `REVOKE CREATE ON DATABASE ${database} FROM supabase_auth_admin`,
  ),
  aroundRows(
    'a setting of the database',
    'search_path',
    ({ database }) => `ALTER DATABASE ${database} SET search_path = auth, public`,
  ),
  aroundRows(
    'a setting of a role in the database',
    'anon',
    ({ database }) => `ALTER ROLE anon IN DATABASE ${database} SET search_path = auth`,
  ),
];
