import { Client } from 'pg';
import { NO_SCOPES } from '../../workflows/domain/scopes';
import { createDatabase, execute, query } from '../support/harness/databases';
import { failing } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { tryOut } from '../support/harness/trials';
import { startPostgres, type Postgres } from '../../local/postgres';

const ROLES = ['anon', 'authenticated', 'supabase_auth_admin', 'supabase_storage_admin'];

describe('a target server without the roles', () => {
  let bed: Testbed;
  let server: Postgres;
  beforeAll(async () => {
    [bed, server] = await Promise.all([openTestbed(), startPostgres()]);
    bed.configured.urls = { ...bed.configured.urls, projects: server.url };
  });
  afterAll(async () => {
    await bed.close();
    await server.stop();
  });

  function mayCreate(createRoles: boolean): void {
    bed.configured.settings = { ...bed.configured.settings, createRoles };
  }

  async function there(sql: string): Promise<readonly unknown[]> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const roles = (): Promise<readonly unknown[]> =>
    there(
      `SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname = ANY ('{${ROLES.join()}}') ORDER BY 1`,
    );
  const databases = (): Promise<readonly unknown[]> =>
    there('SELECT datname FROM pg_database ORDER BY 1');

  it('is named in the plan, role by role, with the statement', async () => {
    mayCreate(false);
    const plan = await planOf(bed, bed.nextProject());
    const missing = plan.problems.filter(({ code }) => code === 'missing-role');
    for (const role of ROLES) {
      expect(missing.map(({ message }) => message).join('\n')).toContain(
        `CREATE ROLE "${role}" NOLOGIN`,
      );
    }
    for (const { message } of missing) await there(/CREATE ROLE [^;]*/.exec(message)?.[0] ?? '');
    const settled = await planOf(bed, bed.nextProject());
    for (const { message } of missing)
      await there(`DROP ROLE ${/"[^"]*"/.exec(message)?.[0] ?? ''}`);
    expect(settled.problems).toEqual([]);
  });

  it('gets them where that is allowed, and has none again after a failure', async () => {
    mayCreate(true);
    const before = await databases();
    const input = bed.nextProject();
    const handle = await bed.start('migrateProject', [input], failing('finishSchema', 'after'));
    await expect(handle.result()).rejects.toThrow();
    expect(await roles()).toEqual([]);
    expect(await databases()).toEqual(before);
  });

  it('keeps them after a migration, without login', async () => {
    mayCreate(true);
    const ending = await bed.run('migrateProject', bed.nextProject());
    expect(ending.message).toBe('');
    expect(await roles()).toEqual(ROLES.map((rolname) => ({ rolname, rolcanlogin: false })));
  });
});

describe('what the schema needs from extensions', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
    await execute(bed.source, NEEDS_EXTENSIONS);
    const tables = {
      'auth.tickets': { scope: 'owned', via: 'user_id -> auth.users.id' },
    } as const;
    const scopes = { ...NO_SCOPES, tables };
    bed.configured.settings = { ...bed.configured.settings, scopes };
  });
  afterAll(() => bed.close());

  async function tickets(database: string, project: TestProject): Promise<readonly unknown[]> {
    return query(
      database,
      `SELECT t.id, t.label::text FROM auth.tickets t JOIN auth.users u ON u.id = t.user_id
        WHERE u.raw_app_meta_data ->> 'project_ref' = $1 ORDER BY 1`,
      [project.projectRef],
    );
  }

  it('comes first, so that types and defaults work in the target', async () => {
    const project = bed.nextProject();
    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    const { databaseName } = project;
    expect(await tickets(databaseName, project)).toEqual(await tickets(bed.source, project));
    await execute(
      databaseName,
      `INSERT INTO auth.tickets (user_id, label) SELECT id, 'New' FROM auth.users LIMIT 1`,
    );
    expect(
      await query(
        databaseName,
        `SELECT FROM auth.tickets WHERE label OPERATOR(extensions.=) 'nEW'`,
      ),
    ).toHaveLength(1);
  });

  it('is gone again from a database that stood before', async () => {
    const verdict = await tryOut(bed, {
      name: 'extensions',
      intervene: () => failing('migrateStorage', 'after'),
      prepare: (database) => execute('postgres', `CREATE DATABASE ${database}`),
    });
    expect(verdict.ending).toMatchObject({ report: { outcome: 'restored' } });
    expect(verdict.after).toEqual(verdict.before);
    const left = `SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'`;
    expect(await query(verdict.project.databaseName, left)).toEqual([]);
  });
});

describe('NULLs that stock Auth cannot read', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    await execute(
      bed.source,
      `UPDATE auth.users SET confirmation_token = NULL, email_change = NULL, email_change_confirm_status = NULL,
              created_at = NULL WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'`,
    );
  });
  afterAll(() => bed.close());

  const nulls = `SELECT count(*)::int AS n FROM auth.users WHERE confirmation_token IS NULL
    OR email_change IS NULL OR email_change_confirm_status IS NULL OR created_at IS NULL`;

  it.each(['json', 'copy'] as const)('arrive fixed when that is asked for (%s)', async (format) => {
    const scopes = { ...NO_SCOPES, normalizeNullTokens: true };
    const backup = { ...bed.configured.settings.backup, format };
    bed.configured.settings = { ...bed.configured.settings, scopes, backup };
    const databaseName = await createDatabase(`fixed_${format}`);
    const ending = await bed.run('migrateProject', { ...project, databaseName });
    expect(ending.message).toBe('');
    expect(ending.report).toMatchObject({ outcome: 'migrated', drift: [] });
    expect(await query(databaseName, nulls)).toEqual([{ n: 0 }]);
  });

  it('arrive as they are otherwise, with a warning', async () => {
    bed.configured.settings = { ...bed.configured.settings, scopes: NO_SCOPES };
    const ending = await bed.run('migrateProject', project);
    expect(ending.report?.warnings.map(({ code }) => code)).toContain('null-tokens');
    const [found] = await query<{ n: number }>(project.databaseName, nulls);
    expect(found?.n).toBeGreaterThan(0);
  });
});

/** A studio's own table whose type and default come from extensions, in a schema as hosted ones have it. */
const NEEDS_EXTENSIONS = `
  CREATE SCHEMA extensions;
  CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
  CREATE EXTENSION citext SCHEMA extensions;
  CREATE TABLE auth.tickets (
    id uuid PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id uuid NOT NULL REFERENCES auth.users (id),
    label extensions.citext UNIQUE
  );
  INSERT INTO auth.tickets (user_id, label) SELECT id, 'Ticket of ' || id FROM auth.users;`;
