import { Client } from 'pg';
import { startPostgres, type Postgres } from '../../local/postgres';
import { failure } from '../../activities/runtime/failure';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { execute, freshName, urlOf } from '../support/harness/databases';
import { before } from '../support/harness/interventions';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('limits of sessions', () => {
  let bed: Testbed;
  let role: string;
  beforeAll(async () => {
    bed = await openTestbed();
    role = freshName('limited');
    await execute(
      'postgres',
      `CREATE ROLE ${role} LOGIN PASSWORD '${role}'; GRANT postgres TO ${role}`,
    );
    // Whoever logs in is counted, whoever acts is a superuser.
    const as = (database: string): string =>
      `${urlOf(database, role)}?options=${encodeURIComponent('-c role=postgres')}`;
    bed.configured.urls = { shared: as(bed.source), projects: as('postgres') };
  });
  afterAll(async () => {
    await execute('postgres', `REVOKE postgres FROM ${role}; DROP ROLE ${role}`);
    await bed.close();
  });

  function limit(sessions: number): Promise<void> {
    return execute('postgres', `ALTER ROLE ${role} CONNECTION LIMIT ${String(sessions)}`);
  }

  it('refuse a move at once where a role may have too few, with the number', async () => {
    await limit(2);
    const { report, message } = await bed.run('migrateProject', bed.nextProject());
    expect(report?.outcome).toBe('refused');
    expect(message).toContain(
      `role "${role}" of connection "projects" may have 2 sessions at a time, of which 0 are in use by others; moveout needs 5: ALTER ROLE "${role}" CONNECTION LIMIT 5;`,
    );
  });

  it('count what others have open', async () => {
    await limit(5);
    const idle = `${urlOf('postgres', role)}?application_name=other`;
    const { message } = await sessionAt(idle, () => bed.run('migrateProject', bed.nextProject()));
    expect(message).toContain('of which 1 are in use by others; moveout needs 5');
    expect(message).toContain('CONNECTION LIMIT 6;');
  });

  it('of the source database are named as well', async () => {
    await limit(-1);
    await execute('postgres', `ALTER DATABASE ${bed.source} CONNECTION LIMIT 2`);
    const { message } = await bed.run('migrateProject', bed.nextProject());
    const statement = /ALTER DATABASE [^;]*;/.exec(message)?.[0] ?? '';
    await execute('postgres', statement);
    const settled = await bed.run('migrateProject', bed.nextProject());
    await execute('postgres', `ALTER DATABASE ${bed.source} CONNECTION LIMIT -1`);
    expect(settled.report?.outcome).toBe('migrated');
    expect(message).toContain(
      `database "${bed.source}" on connection "shared" may have 2 sessions at a time`,
    );
    expect(statement).toBe(`ALTER DATABASE "${bed.source}" CONNECTION LIMIT 3;`);
  });

  it('of a source that lets nobody in come with the statement as well', async () => {
    await limit(-1);
    await execute('postgres', `ALTER DATABASE ${bed.source} CONNECTION LIMIT 0`);
    const { report, message } = await bed.run('migrateProject', bed.nextProject());
    const statement = /ALTER DATABASE [^;]*;/.exec(message)?.[0] ?? 'SELECT 1';
    await execute('postgres', statement);
    const settled = await bed.run('migrateProject', bed.nextProject());
    await execute('postgres', `ALTER DATABASE ${bed.source} CONNECTION LIMIT -1`);
    expect([report?.outcome, settled.report?.outcome]).toEqual(['refused', 'migrated']);
    expect(statement).toContain(`ALTER DATABASE "${bed.source}" CONNECTION LIMIT `);
  });

  it('of a target that is there are named before it is opened', async () => {
    await limit(-1);
    const project = bed.nextProject();
    const { databaseName } = project;
    await execute('postgres', `CREATE DATABASE ${databaseName} CONNECTION LIMIT 0`);
    const { report, message } = await bed.run('migrateProject', project);
    const statement = /ALTER DATABASE [^;]*;/.exec(message)?.[0] ?? '';
    expect(report?.outcome).toBe('refused');
    expect(statement).toBe(`ALTER DATABASE "${databaseName}" CONNECTION LIMIT 3;`);
    await execute('postgres', statement);
    const settled = await bed.run('migrateProject', project);
    expect([settled.message, settled.report?.outcome]).toEqual(['', 'migrated']);
  });

  it('are higher for a run with more sessions', async () => {
    await limit(6);
    const project = { ...bed.nextProject(), jobs: 5 };
    const { message } = await bed.run('migrateProject', project);
    expect(message).toContain('moveout needs 7');
    await limit(7);
    const moved = await bed.run('migrateProject', project);
    expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
  });

  it('are kept to: the number that the plan names is enough to move and to restore', async () => {
    await limit(5);
    const project = bed.nextProject();
    const failed = await bed.run(
      'migrateProject',
      project,
      before('migrateStorage', () => {
        throw failure('DataRejected', 'failed on purpose');
      }),
    );
    expect(failed.report?.outcome).toBe('restored');
    const attempts: string[] = [];
    const moved = await bed.run('migrateProject', project, (name, real) => {
      attempts.push(name);
      return real();
    });
    expect([moved.message, moved.report?.outcome]).toEqual(['', 'migrated']);
    expect(attempts).toEqual([...new Set(attempts)]);
    expect(await actualRows(project.databaseName)).toEqual(
      await expectedRows(bed.source, project.projectRef),
    );
  });
});

describe('the slots of a server', () => {
  let bed: Testbed;
  let server: Postgres;
  const others: Client[] = [];
  beforeAll(async () => {
    [bed, server] = await Promise.all([
      openTestbed(),
      startPostgres({
        settings: { max_connections: '10', superuser_reserved_connections: '2' },
      }),
    ]);
    await sessionAt(server.url, (client) =>
      client.query(`CREATE ROLE slotted LOGIN CREATEDB PASSWORD 'slotted'`),
    );
  });
  afterAll(async () => {
    await endOthers(0);
    await server.stop();
    await bed.close();
  });

  async function openOthers(count: number): Promise<void> {
    while (others.length < count) {
      const client = new Client({ connectionString: server.url });
      others.push(client);
      await client.connect();
    }
  }

  async function endOthers(left: number): Promise<void> {
    await Promise.all(others.splice(left).map((client) => client.end()));
  }

  async function planAs(role?: string): Promise<string> {
    const url = new URL(server.url);
    if (role !== undefined) [url.username, url.password] = [role, role];
    bed.configured.urls = { shared: urlOf(bed.source), projects: url.href };
    const { message } = await bed.run('planProject', bed.nextProject());
    return message;
  }

  it.each([
    { who: 'a superuser', role: undefined, most: 10 },
    { who: 'another role, without those that are reserved', role: 'slotted', most: 8 },
  ])('have to be enough for $who', async ({ role, most }) => {
    await openOthers(most - 4);
    const short = await planAs(role);
    await endOthers(most - 5);
    const enough = await planAs(role);
    await endOthers(0);
    expect(short).toBe(
      `Refused, nothing was touched: the server of connection "projects" has ${String(most)} slots for this role, of which ${String(most - 4)} are in use by others; moveout needs 5: end unused sessions, or raise max_connections`,
    );
    expect(enough).toBe('');
  });
});
