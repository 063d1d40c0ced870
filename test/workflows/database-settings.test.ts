import type { NextStep } from '../../workflows/domain/next-steps';
import { execute, freshName, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { recordOf } from '../secrets/temporal-record';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';
const REPLACED = 'another-secret-of-at-least-thirty-two-characters';

/** As self-hosted stacks have them, and as an operator sets them: timeouts that bite, and what only a superuser sets. */
const SETTINGS = (database: string): string => `
  ALTER DATABASE ${database} SET "app.settings.jwt_secret" TO '${SECRET}';
  ALTER DATABASE ${database} SET "app.settings.jwt_exp" TO '3600';
  ALTER DATABASE ${database} SET "pgrst.db_schemas" TO 'public, storage';
  ALTER DATABASE ${database} SET statement_timeout = '300ms';
  ALTER DATABASE ${database} SET idle_in_transaction_session_timeout = '200ms';
  ALTER DATABASE ${database} SET search_path = 'auth, storage';
  ALTER DATABASE ${database} SET timezone = 'Asia/Tokyo';
  ALTER DATABASE ${database} SET jit = off;
  ALTER DATABASE ${database} SET log_min_duration_statement = 0;
  ALTER ROLE authenticated IN DATABASE ${database} SET statement_timeout = '8s';
  ALTER ROLE authenticated IN DATABASE ${database} SET "app.role_secret" = '${SECRET}';
  ALTER DATABASE ${database} SET default_tablespace = 'nospace';
  ALTER DATABASE ${database} SET temp_tablespaces = 'nospace';
  ALTER DATABASE ${database} SET default_transaction_deferrable = on;
  ALTER DATABASE ${database} SET default_transaction_read_only = on;
  ALTER ROLE anon IN DATABASE ${database} SET default_transaction_read_only = on;`;

const operator = freshName('operator');
let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
  // The operator of a test may not hand anything to the superuser of the source.
  await execute(
    bed.source,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA storage REVOKE ALL ON TABLES FROM anon, authenticated, service_role;
       ALTER DEFAULT PRIVILEGES IN SCHEMA storage REVOKE ALL ON SEQUENCES FROM anon, authenticated, service_role;
       ALTER DEFAULT PRIVILEGES IN SCHEMA storage REVOKE ALL ON FUNCTIONS FROM anon, authenticated, service_role`,
  );
  await execute(bed.source, SETTINGS(bed.source));
});
afterAll(async () => {
  await bed.close();
  await execute('postgres', `DROP OWNED BY ${operator}; DROP ROLE ${operator}`);
});

async function settingsOf(database: string): Promise<readonly string[]> {
  const rows = await query<{ setting: string }>(
    'postgres',
    `SELECT coalesce(r.rolname || ' ', '') || entry AS setting
       FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
       LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS entry
      WHERE d.datname = $1 ORDER BY 1`,
    [database],
  );
  return rows.map(({ setting }) => setting);
}

const isFrozen = (setting: string): boolean => setting.includes('default_transaction_read_only');
const codesOf = (found: readonly { readonly code: string }[]): readonly string[] =>
  found.map(({ code }) => code).filter((code) => /setting|frozen/.test(code));
const statementsOf = (steps: readonly NextStep[] = []): readonly string[] =>
  steps.flatMap((step) => ('statement' in step ? [step.statement] : []));

describe('settings of the source’s database', () => {
  it('arrive whatever they are, but for what freezes the source, which is named', async () => {
    const project = bed.nextProject();
    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    const source = await settingsOf(bed.source);
    expect(await settingsOf(project.databaseName)).toEqual(
      source.filter((setting) => !isFrozen(setting)),
    );
    expect(codesOf(ending.report?.warnings ?? [])).toEqual(['frozen-source', 'frozen-source']);
    expect(statementsOf(ending.report?.nextSteps)).toEqual([]);
    await execute(project.databaseName, 'CREATE TABLE public.still_writable ()');

    await execute(
      'postgres',
      `ALTER DATABASE ${project.databaseName} SET "app.settings.jwt_secret" TO '${REPLACED}'`,
    );
    const verified = await bed.run('verifyProject', project);
    expect(verified.message).toContain('setting app.settings.jwt_secret has another value');
    const record = await recordOf(bed.temporal);
    expect(record).toContain(project.databaseName);
    for (const secret of [SECRET, REPLACED]) expect(record).not.toContain(secret);
  });

  it('that the operator may not set are in the plan, with lines that work, and fail nothing', async () => {
    await execute(
      'postgres',
      `CREATE ROLE ${operator} LOGIN CREATEDB BYPASSRLS PASSWORD '${operator}';
       GRANT anon, authenticated, service_role, supabase_auth_admin, supabase_storage_admin, dashboard_user TO ${operator}`,
    );
    bed.configured.urls = { ...bed.configured.urls, projects: urlOf('postgres', operator) };
    const project = bed.nextProject();
    const plan = await planOf(bed, project);
    expect(plan.problems).toEqual([]);
    const leftOut = plan.warnings.filter(({ code }) => code === 'setting-left-out');
    const named = leftOut.map(
      ({ message }) => /setting ("\S+"(?: of role "\S+")?)/.exec(message)?.[1],
    );
    const ofRole = [
      '"app.role_secret" of role "authenticated"',
      '"statement_timeout" of role "authenticated"',
    ];
    expect(named.sort()).toEqual(
      [
        ...['"app.settings.jwt_exp"', '"app.settings.jwt_secret"', '"log_min_duration_statement"'],
        '"pgrst.db_schemas"',
        ...ofRole,
      ].sort(),
    );

    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    expect(ending.report?.outcome).toBe('migrated');
    const steps = statementsOf(ending.report?.nextSteps).filter((sql) => sql.includes(' SET '));
    expect(steps).toHaveLength(6);
    expect(steps.join('\n')).not.toContain(SECRET);
    const verified = await bed.run('verifyProject', project);
    expect(verified.report?.outcome).toBe('verified');
    for (const step of steps)
      await execute('postgres', step.replace('<its value in the source>', SECRET));
    expect((await settingsOf(project.databaseName)).length).toBe(
      (await settingsOf(bed.source)).filter((setting) => !isFrozen(setting)).length,
    );

    const grants = leftOut.flatMap(
      ({ message }) => /GRANT SET ON PARAMETER [^;]+/.exec(message) ?? [],
    );
    expect(grants).toHaveLength(4);
    for (const grant of grants) await execute('postgres', grant);
    const next = bed.nextProject();
    const again = (await planOf(bed, next)).warnings;
    expect(codesOf(again)).toEqual([
      ...['frozen-source', 'frozen-source', 'setting-left-out', 'setting-left-out'],
    ]);
    expect((await bed.run('migrateProject', next)).message).toBe('');
    expect(await settingsOf(next.databaseName)).toEqual(
      (await settingsOf(bed.source)).filter(
        (setting) => !isFrozen(setting) && !setting.startsWith('authenticated '),
      ),
    );
  });

  it('that a database which stood before lacks are named, and it keeps its own', async () => {
    const project = bed.nextProject();
    await execute('postgres', `CREATE DATABASE ${project.databaseName}`);
    bed.configured.urls = { ...bed.configured.urls, projects: urlOf('postgres') };
    await execute(
      'postgres',
      `ALTER DATABASE ${project.databaseName} SET jit = off;
       ALTER DATABASE ${project.databaseName} SET default_transaction_read_only = on`,
    );
    const { nextSteps } = await planOf(bed, project);
    const steps = statementsOf(nextSteps);
    expect(steps).toContain(
      `ALTER DATABASE "${project.databaseName}" SET "app.settings.jwt_secret" TO '<its value in the source>'`,
    );
    expect(steps).toContain(
      `ALTER DATABASE "${project.databaseName}" RESET "default_transaction_read_only"`,
    );
    expect(steps.join('\n')).not.toContain('"jit"');
  });
});
