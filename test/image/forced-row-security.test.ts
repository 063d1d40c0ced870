import { dropDatabases, execute, query, urlOf } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { settle } from './offered';
import { differences, prepare, type Prepared } from './targets';

/** Row level security that holds for the owners of a table as well, over tables of both schemas. */
const FORCED = ['auth.users', 'auth.identities', 'storage.objects', 'storage.buckets'];

describe('row level security that holds for owners', () => {
  let bed: Testbed;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    stop = await useOwnServer();
    bed = await openTestbed();
    for (const table of FORCED)
      await execute(
        bed.source,
        `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
      );
  });
  afterAll(async () => {
    await bed.close();
    await dropDatabases();
    await stop();
  });

  it.each<[string, Prepared]>([
    ['creator_of_new', 'new'],
    ['owner_of_empty', 'empty'],
    ['loader_of_equal', 'equal'],
  ])('stops the plan of %s with the statement after which it moves', async (role, into) => {
    await execute('postgres', `CREATE ROLE ${role} LOGIN CREATEDB PASSWORD '${role}'`);
    const project = bed.nextProject();
    const { databaseName } = project;
    await prepare(into, { source: bed.source, database: databaseName, owner: role });
    // The source is read by a superuser: it is the target's role that policies are about.
    bed.configured.urls = { shared: urlOf(bed.source), projects: urlOf('postgres', role) };
    const { plan, run } = await settle(bed, project);
    expect(plan.problems).toEqual([]);
    expect(run).toContain(`ALTER ROLE ${role} BYPASSRLS`);
    const ending = await bed.run('migrateProject', project);
    expect(ending.message).toBe('');
    expect(ending.report?.outcome).toBe('migrated');
    for (const step of ending.report?.nextSteps ?? [])
      if (step.reason.startsWith('To be run by a superuser in') && 'statement' in step)
        await execute(databaseName, step.statement);
    expect(await differences(bed.source, databaseName)).toEqual([]);
    const forced = await query<{ name: string }>(
      databaseName,
      `SELECT oid::regclass::text AS name FROM pg_class WHERE relforcerowsecurity ORDER BY 1`,
    );
    expect(forced.map(({ name }) => name)).toEqual([...FORCED].sort());
  });
});
