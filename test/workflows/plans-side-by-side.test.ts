import { lockKey } from '../../activities/postgres/lease/locks';
import { endingOf } from '../support/harness/ending';
import { planOf } from '../support/harness/plan-of';
import { urlOf, withSession } from '../support/harness/databases';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const MANY = 8;

describe('plans beside each other', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it('are all content, of one project', async () => {
    const project = bed.nextProject();
    const plans = await Promise.all(Array.from({ length: MANY }, () => planOf(bed, project)));
    expect(plans.map(({ problems }) => problems)).toEqual(Array.from({ length: MANY }, () => []));
  });

  it('are in no way of a migration, and say of it what is so', async () => {
    const project = bed.nextProject();
    const started = await bed.start('migrateProject', [project]);
    const handles = await Promise.all(
      Array.from({ length: MANY }, () => bed.start('planProject', [project])),
    );
    const plans = await Promise.all(handles.map(endingOf));
    expect((await endingOf(started)).report?.outcome).toBe('migrated');
    for (const { message } of plans)
      expect(message).toMatch(/^$|another run works on project|unfinished migration of project/);
  });

  it('are refused while a session has locked the project, which they name', async () => {
    const project = bed.nextProject();
    const key = lockKey('project', project.projectRef);
    const as = { application_name: 'moveout 0123456789ab initSchema#1' };
    const { message, type } = await sessionAt(
      urlOf('postgres'),
      async (client) => {
        await client.query('SELECT pg_advisory_lock($1::int8)', [key]);
        return endingOf(await bed.start('planProject', [project]));
      },
      as,
    );
    expect(type).toBe('ProjectBusy');
    expect(message).toMatch(
      /another run works on project ".*" or on database ".*": session "moveout 0123456789ab initSchema#1" \(process \d+ of the server, since \d{4}-/,
    );
  });

  it('are content while another session only reads under the lock, as a backup does', async () => {
    const project = bed.nextProject();
    const key = lockKey('database', project.databaseName);
    await withSession('postgres', async (client) => {
      await client.query('SELECT pg_advisory_lock_shared($1::int8)', [key]);
      expect((await planOf(bed, project)).problems).toEqual([]);
    });
  });
});
