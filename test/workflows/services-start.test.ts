import type { NextStep } from '../../workflows/domain/next-steps';
import type { Plan } from '../../workflows/domain/plan';
import { createDatabase, execute } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { startPostgres, type Postgres } from '../../local/postgres';

/** What a server of a self-hosted stack has, and a dump of a schema does not. */
const STACK = (database: string): string => `
  ALTER ROLE authenticator LOGIN NOINHERIT CONNECTION LIMIT 40;
  ALTER ROLE supabase_auth_admin LOGIN; ALTER ROLE supabase_auth_admin SET search_path = 'auth';
  ALTER ROLE supabase_auth_admin SET idle_in_transaction_session_timeout = '60000';
  ALTER ROLE supabase_storage_admin LOGIN; ALTER ROLE supabase_storage_admin SET search_path = 'storage';
  ALTER ROLE authenticator SET "pgrst.jwt_secret" = 'canary';
  ALTER ROLE anon SET statement_timeout = '3s';
  ALTER ROLE anon SET default_transaction_read_only = on;
  CREATE ROLE db_owner NOLOGIN; ALTER DATABASE ${database} OWNER TO db_owner;
  ALTER DATABASE ${database} CONNECTION LIMIT 60;`;

const PUBLIC = `
  GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon, authenticated;
  CREATE SCHEMA extensions; CREATE EXTENSION "uuid-ossp" SCHEMA extensions;`;

let stopSource: () => Promise<void>;
let bed: Testbed;
const servers: Postgres[] = [];
beforeAll(async () => {
  stopSource = await useOwnServer();
  bed = await openTestbed();
  await execute('postgres', STACK(bed.source));
  await execute(bed.source, PUBLIC);
});
afterAll(async () => {
  await bed.close();
  for (const server of servers) await server.stop();
  await stopSource();
});

/** A target server of its own, used as its superuser or as a role with these attributes. */
async function target(createRoles: boolean, attributes?: string): Promise<Postgres> {
  const server = await startPostgres();
  servers.push(server);
  const url = new URL(server.url);
  if (attributes !== undefined) {
    await at(server, `CREATE ROLE mover LOGIN ${attributes} PASSWORD 'mover'`);
    [url.username, url.password] = ['mover', 'mover'];
  }
  bed.configured.urls = { ...bed.configured.urls, projects: url.href };
  bed.configured.settings = { ...bed.configured.settings, createRoles };
  return server;
}

async function at(
  { url }: Postgres,
  sql: string,
  database = 'postgres',
): Promise<readonly Record<string, unknown>[]> {
  const place = new URL(url);
  place.pathname = `/${database}`;
  return sessionAt(
    place.href,
    async (client) => (await client.query<Record<string, unknown>>(sql)).rows,
  );
}

const ofRoles = (steps: readonly string[]): readonly string[] =>
  steps.filter(
    (sql) => /ROLE (?!.*IN SCHEMA)|^GRANT "/.test(sql) && !sql.startsWith('ALTER DEFAULT'),
  );
const statementsOf = (steps: readonly NextStep[] = []): readonly string[] =>
  steps.flatMap((step) => ('statement' in step ? [step.statement] : []));
const planned = (plan: Plan): readonly string[] => statementsOf(plan.nextSteps);

const MEMBERS = `SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
  WHERE m.member = 'authenticator'::regrole ORDER BY 1`;

describe('what a service needs to start on the target', () => {
  it('is there after a migration by a superuser, or named, and the lines work', async () => {
    const server = await target(true);
    const project = bed.nextProject();
    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    expect(await at(server, MEMBERS)).toEqual(
      ['anon', 'authenticated', 'service_role'].map((rolname) => ({ rolname })),
    );
    expect(
      await at(
        server,
        `SELECT rolname, rolbypassrls, rolinherit, rolcanlogin, rolconnlimit, rolpassword IS NULL AS bare, rolconfig
           FROM pg_roles JOIN pg_authid USING (rolname, rolbypassrls, rolinherit, rolcanlogin, rolconnlimit)
          WHERE rolname IN ('service_role', 'authenticator', 'supabase_auth_admin', 'anon') ORDER BY 1`.replace(
          'rolpassword IS NULL',
          'pg_authid.rolpassword IS NULL',
        ),
      ),
    ).toEqual([
      role('anon', { rolinherit: false, rolconfig: ['statement_timeout=3s'] }),
      role('authenticator', {
        ...{ rolinherit: false, rolconnlimit: 40, rolconfig: ['pgrst.jwt_secret=canary'] },
      }),
      role('service_role', { rolbypassrls: true, rolinherit: false }),
      role('supabase_auth_admin', {
        rolinherit: false,
        rolconfig: ['search_path=auth', 'idle_in_transaction_session_timeout=60000'],
      }),
    ]);
    const frozen = ending.report?.warnings.filter(({ code }) => code === 'frozen-source');
    expect(frozen?.map(({ message }) => message).join()).toContain('role "anon"');
    const steps = statementsOf(ending.report?.nextSteps);
    expect(steps.join('\n')).not.toContain('canary');
    expect(ofRoles(steps)).toEqual(
      ['authenticator', 'supabase_auth_admin', 'supabase_storage_admin'].map(
        (name) => `ALTER ROLE "${name}" LOGIN PASSWORD '<a password>'`,
      ),
    );
    expect(steps).toEqual(
      expect.arrayContaining([
        `ALTER DATABASE "${project.databaseName}" OWNER TO "db_owner"`,
        `ALTER DATABASE "${project.databaseName}" CONNECTION LIMIT 60`,
        'GRANT USAGE ON SCHEMA public TO anon',
        'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO anon, authenticated',
        'CREATE SCHEMA IF NOT EXISTS "extensions"; CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA "extensions"',
      ]),
    );
    await at(server, 'CREATE ROLE db_owner');
    for (const step of steps) await at(server, step, project.databaseName);
    const again = planned(await planOf(bed, { ...project, replace: true }));
    expect(again).toEqual([]);
  });

  function role(rolname: string, facts: object): object {
    const plain = { rolbypassrls: false, rolinherit: true, rolcanlogin: false };
    return { ...plain, rolconnlimit: -1, bare: true, rolconfig: null, rolname, ...facts };
  }

  it('is named as far as the role that creates roles may not give it', async () => {
    const server = await target(true, 'CREATEDB CREATEROLE');
    const plan = await planOf(bed, bed.nextProject());
    expect(plan.createRoles).toEqual(expect.arrayContaining(['authenticator', 'service_role']));
    const steps = ofRoles(planned(plan));
    expect(steps).toContain('ALTER ROLE "service_role" BYPASSRLS');
    expect(steps).toContain(
      `ALTER ROLE "authenticator" SET "pgrst.jwt_secret" TO '<its value in the source>'`,
    );
    expect(steps.join('\n')).not.toMatch(/GRANT|search_path|superuser/i);
    expect(await at(server, `SELECT FROM pg_roles WHERE rolname = 'anon'`)).toEqual([]);
  });

  it('is named if the roles are there already, and never changed on them', async () => {
    const server = await target(false);
    const names = ['anon', 'authenticated', 'service_role', 'supabase_auth_admin'];
    for (const name of [...names, 'supabase_storage_admin', 'dashboard_user'])
      await at(server, `CREATE ROLE ${name}`);
    const project = bed.nextProject();
    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    const steps = statementsOf(ending.report?.nextSteps);
    expect(steps).toEqual(
      expect.arrayContaining([
        `CREATE ROLE "authenticator" LOGIN PASSWORD '<a password>' NOINHERIT CONNECTION LIMIT 40`,
        'ALTER ROLE "service_role" BYPASSRLS',
        'ALTER ROLE "anon" NOINHERIT',
        `ALTER ROLE "supabase_auth_admin" SET "search_path" TO 'auth'`,
        'GRANT "service_role" TO "authenticator"',
      ]),
    );
    expect(
      await at(server, `SELECT FROM pg_roles WHERE rolbypassrls AND rolname = 'service_role'`),
    ).toEqual([]);
    for (const step of ofRoles(steps)) await at(server, step, project.databaseName);
    const again = ofRoles(planned(await planOf(bed, bed.nextProject())));
    // Its secret was set to the placeholder.
    expect(again).toEqual([
      `ALTER ROLE "authenticator" SET "pgrst.jwt_secret" TO '<its value in the source>'`,
    ]);
  });

  it('is the same on one server, where nothing of roles is left to do', async () => {
    const databaseName = await createDatabase('same');
    const url = process.env['MOVEOUT_TEST_POSTGRES_URL'] ?? '';
    bed.configured.urls = { ...bed.configured.urls, projects: url };
    await execute('postgres', `REVOKE CONNECT ON DATABASE ${bed.source} FROM PUBLIC`);
    const frozen = planned(await planOf(bed, bed.nextProject()));
    expect(ofRoles(frozen).filter((sql) => !sql.includes('CONNECT ON'))).toEqual([]);
    expect(frozen.filter((sql) => sql.startsWith('GRANT CONNECT'))).toHaveLength(3);
    expect(planned(await planOf(bed, { ...bed.nextProject(), databaseName }))).not.toEqual([]);
  });
});
