import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { execute, query, urlOf } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { startPostgres, type Postgres } from '../../local/postgres';
import { createStudio } from '../../studio/studio';
import { sessionAt } from '../support/harness/session-at';
import { until } from '../support/until';

/** A studio of its own, small. */
const SIZES = { projects: 2, users: 12, buckets: 4, objects: 20, seed: 'standby' };

describe('servers that take no writes', () => {
  let stop: () => Promise<void>;
  let bed: Testbed;
  let usual: Record<string, string>;
  let home: string;
  let standby: Postgres | undefined;

  beforeAll(async () => {
    stop = await useOwnServer();
    bed = await openTestbed();
    usual = bed.configured.urls;
    home = await mkdtemp(join(tmpdir(), 'moveout-standby-'));
    // The server's own account goes through it.
    await chmod(home, 0o755);
    const dataDir = join(home, 'server');
    const primary = await startPostgres({ dataDir });
    await createStudio(primary.url, SIZES);
    await primary.stop();
    await writeFile(join(dataDir, 'data', 'standby.signal'), '');
    standby = await startPostgres({ dataDir });
  });
  const standbyUrl = (): string => standby?.url ?? '';
  beforeEach(() => {
    bed.configured.urls = usual;
  });
  afterAll(async () => {
    await standby?.stop();
    await rm(home, { recursive: true });
    await bed.close();
    await stop();
  });

  it('a standby as target is one problem of the plan', async () => {
    bed.configured.urls = { ...usual, projects: standbyUrl() };
    const ending = await bed.run('migrateProject', bed.nextProject());
    expect(ending.report?.outcome).toBe('refused');
    expect(ending.report?.problems.map(({ code }) => code)).toEqual(['target-read-only']);
    expect(ending.message).toContain('is a standby');
  });

  it('a server that is set to read only as a whole is a problem with its statements', async () => {
    const project = bed.nextProject();
    await execute('postgres', 'ALTER SYSTEM SET default_transaction_read_only = on');
    await execute('postgres', 'SELECT pg_reload_conf()');
    const { problems } = await planOf(bed, project);
    const statements = problems[0]?.message.match(/(?:ALTER SYSTEM|SELECT) [^;]*;/g) ?? [];
    for (const statement of statements)
      await sessionAt(urlOf('postgres'), (client) => client.query(statement));
    expect(problems.map(({ code }) => code)).toEqual(['target-read-only']);
    expect((await planOf(bed, project)).problems).toEqual([]);
    await execute('postgres', 'ALTER SYSTEM RESET default_transaction_read_only');
  });

  it('a server that waits for a standby which is not there is a problem with its statements', async () => {
    const project = bed.nextProject();
    const waitsFor = async (names: string): Promise<boolean> => {
      const set = `SELECT WHERE current_setting('synchronous_standby_names') = '${names}'`;
      return (await query('postgres', set)).length === 1;
    };
    await execute('postgres', `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`);
    await execute('postgres', 'SELECT pg_reload_conf()');
    await until('the server waits', () => waitsFor('nobody'));
    const { problems } = await planOf(bed, project);
    const statements = problems[0]?.message.match(/(?:ALTER SYSTEM|SELECT) [^;]*;/g) ?? [];
    for (const statement of statements) await execute('postgres', statement);
    expect(problems.map(({ code }) => code)).toEqual(['target-waits']);
    await until('the server waits no more', () => waitsFor(''));
    expect((await planOf(bed, project)).problems).toEqual([]);
    await execute('postgres', 'ALTER SYSTEM RESET synchronous_standby_names');
  });

  it('a role or a database that starts read only is no reason to refuse', async () => {
    const project = bed.nextProject();
    await execute('postgres', 'ALTER DATABASE postgres SET default_transaction_read_only = on');
    const { problems } = await planOf(bed, project);
    await sessionAt(urlOf('template1'), (client) =>
      client.query('ALTER DATABASE postgres RESET default_transaction_read_only'),
    );
    expect(problems).toEqual([]);
  });

  it('a standby as source is read like any other', async () => {
    bed.configured.urls = { ...usual, shared: standbyUrl() };
    const [project] = await sessionAt(standbyUrl(), async (client) => {
      const { rows } = await client.query<{ projectRef: string; ownerUserId: string }>(
        `SELECT ref AS "projectRef", owner AS "ownerUserId" FROM public.projects ORDER BY ref LIMIT 1`,
      );
      return rows;
    });
    const { databaseName } = bed.nextProject();
    const ending = await bed.run('migrateProject', { ...project, databaseName });
    expect(ending.message).toBe('');
    expect(ending.report?.outcome).toBe('migrated');
  });
});
