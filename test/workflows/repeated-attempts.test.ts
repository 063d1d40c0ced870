import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { execute, exists, query } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { failing, type ActivityName, type Intervene } from '../support/harness/interventions';
import { makeCopy, makeEmpty, makePrepared } from '../support/harness/targets';
import { openTestbed, type Testbed } from '../support/harness/testbed';

/** Every activity does its work two times over, as after an answer that was lost. */
const twice: Intervene = async (_name, real) => {
  await real();
  return real();
};

const TARGETS = {
  absent: undefined,
  empty: makeEmpty,
  prepared: makePrepared,
} as const;

describe('activities that run twice in a row', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(['absent', 'empty', 'prepared'] as const)(
    'still migrate exactly the rows of the project (target %s)',
    async (kind) => {
      const project = bed.nextProject();
      await TARGETS[kind]?.(project.databaseName);
      const ending = await bed.run('migrateProject', project, twice);
      expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
      expect(await actualRows(project.databaseName)).toEqual(
        await expectedRows(bed.source, project.projectRef),
      );
    },
  );

  it('still migrate into a filled database', async () => {
    const project = bed.nextProject();
    await makeCopy(project.databaseName, bed.source);
    const input = { ...project, replace: true };
    // Accounts that stay behind leave profiles behind, which no rows could satisfy.
    await removeProfiles(project.databaseName);
    const ending = await bed.run('migrateProject', input, twice);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
    expect(await actualRows(project.databaseName)).toEqual(
      await expectedRows(bed.source, project.projectRef),
    );
  });

  it('leave a completed target alone that is in use already when the answer was lost', async () => {
    const project = bed.nextProject();
    const attempts: number[] = [];
    const ending = await bed.run('migrateProject', project, async (name, real) => {
      if (name !== 'verifyProject') return real();
      const result = await real();
      attempts.push(activityInfo().attempt);
      if (attempts.length > 1) return result;
      await execute(project.databaseName, `UPDATE auth.users SET email = 'in-use-' || id`);
      throw ApplicationFailure.retryable('the answer was lost', 'ServerUnavailable');
    });
    expect(attempts).toEqual([1, 2]);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
    expect(ending.report?.tables.length).toBeGreaterThan(10);
    expect(ending.report?.tables.filter(({ equal }) => !equal)).toEqual([]);
    const changed = await query(
      project.databaseName,
      `SELECT bool_and(email LIKE 'in-use-%') AS in_use FROM auth.users`,
    );
    expect(changed).toEqual([{ in_use: true }]);
  });

  it.each(['absent', 'empty', 'filled'] as const)(
    'still put the target back when the last step fails (target %s)',
    async (kind) => {
      const project = bed.nextProject();
      if (kind === 'empty') await makeEmpty(project.databaseName);
      if (kind === 'filled') {
        await makeCopy(project.databaseName, bed.source);
        await removeProfiles(project.databaseName);
      }
      const before = kind === 'absent' ? [] : await imageOf(project.databaseName);
      const input = { ...project, replace: true };
      const ending = await bed.run('migrateProject', input, twiceBut('verifyProject'));
      expect(ending.report?.outcome).toBe('restored');
      const there = await exists(project.databaseName);
      expect(there ? await imageOf(project.databaseName) : []).toEqual(before);
    },
  );
});

function twiceBut(failed: ActivityName): Intervene {
  const fail = failing(failed, 'after');
  return (name, real) => (name === failed ? fail(name, real) : twice(name, real));
}

async function removeProfiles(database: string): Promise<void> {
  await execute(database, 'TRUNCATE public.profiles');
}
