import { Context } from '@temporalio/activity';
import { query, withSession } from '../support/harness/databases';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { keepCopy, makeCopy, makeEmpty } from '../support/harness/targets';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { tryAll, type Trial, type UnderWay, type Verdict } from '../support/harness/trials';
import { until } from '../support/until';

/** Each step, and a table that it waits for in the middle of its work when another session holds it. */
const BLOCKED = [
  ['backupTarget', 'storage.objects'],
  ['initSchema', 'moveout.migration'],
  ['migrateAuth', 'auth.sessions'],
  ['migrateStorage', 'storage.objects'],
  ['finishSchema', 'auth.users'],
  ['verifyProject', 'auth.users'],
  ['verifyProject', 'moveout.migration'],
] as const;

const DONE = [
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'finishSchema',
  'verifyProject',
] as const;

describe('migrateProject when it is cancelled', () => {
  let bed: Testbed;
  let verdictOf: (name: string) => Promise<Verdict>;
  beforeAll(async () => {
    bed = await openTestbed();
    const project = bed.nextProject();
    expect(await bed.run('migrateProject', project)).toMatchObject({ message: '' });
    const migrated = await keepCopy(project.databaseName);
    const blocked = BLOCKED.map(([step, table]): Trial => {
      return {
        name: `${step} at ${table}`,
        replace: true,
        prepare: (database) => makeCopy(database, migrated),
        intervene: (trial) => whileBlocked(step, { in: trial.database, table }, trial),
      };
    });
    const done = DONE.map((step): Trial => {
      return { name: `after ${step}`, intervene: (trial) => whenDone(step, trial) };
    });
    const empty: Trial = {
      name: 'empty',
      prepare: makeEmpty,
      intervene: (trial) => whenDone('migrateStorage', trial),
    };
    verdictOf = tryAll(bed, [...blocked, ...done, empty], 5);
  });
  afterAll(() => bed.close());

  it.each(BLOCKED)(
    'leaves a filled target as it was: in the middle of %s at %s',
    async (step, table) => {
      const { ending, before, after } = await verdictOf(`${step} at ${table}`);
      expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
      expect(after).toEqual(before);
    },
  );

  it.each(DONE)('drops the database that it made: after the effect of %s', async (step) => {
    const { ending, after, stagingLeft } = await verdictOf(`after ${step}`);
    expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
    expect({ after, stagingLeft }).toEqual({ after: undefined, stagingLeft: false });
  });

  it('leaves an empty database empty', async () => {
    const { ending, before, after } = await verdictOf('empty');
    expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
    expect(after).toEqual(before);
  });
});

describe('migrateProject when it is cancelled while it only reads', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(['planMigration', 'backupProject'] as const)(
    'leaves no database and no backup: in the middle of %s',
    async (step) => {
      const verdictOf = tryAll(bed, [
        {
          name: step,
          intervene: (trial) =>
            whileBlocked(step, { in: bed.source, table: 'storage.objects' }, trial),
        },
      ]);
      const { ending, after, backups } = await verdictOf(step);
      expect(ending.status).toBe('Canceled');
      expect({ after, backups }).toEqual({ after: undefined, backups: [] });
    },
  );

  it('ends with the plan, although the plan came to its end', async () => {
    const verdictOf = tryAll(bed, [
      { name: 'planned', intervene: (trial) => unnoticedIn('planMigration', trial) },
    ]);
    const { ending } = await verdictOf('planned');
    expect(ending).toMatchObject({ status: 'Canceled', report: undefined });
  });
});

/** Cancels while the real activity waits for a lock in the middle of its work. */
function whileBlocked(
  at: ActivityName,
  held: { readonly in: string; readonly table: string },
  { cancel }: UnderWay,
): Intervene {
  return async (name, real) => {
    if (name !== at) return real();
    return withSession(held.in, async (blocker) => {
      await blocker.query(`BEGIN; LOCK TABLE ${held.table} IN ${modeFor(held.table)} MODE`);
      const outcome = real();
      outcome.catch(() => undefined);
      await until(`${at} to wait for ${held.table}`, () => hasWaitingSession(held.in));
      await cancel();
      return outcome;
    });
  };
}

/** The marker is also read, long before it is written. */
const modeFor = (table: string): string =>
  table === 'moveout.migration' ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE';

/** Cancels between the effect of an activity and its answer. */
function whenDone(at: ActivityName, { cancel }: UnderWay): Intervene {
  return async (name, real) => {
    const result = await real();
    if (name !== at) return result;
    const context = Context.current();
    const beating = setInterval(() => context.heartbeat(), 200);
    await cancel();
    await context.cancelled.finally(() => clearInterval(beating));
    return result;
  };
}

/** Cancels once an activity has done its work, which does not hear of it any more. */
function unnoticedIn(at: ActivityName, { cancel }: UnderWay): Intervene {
  return async (name, real) => {
    const result = await real();
    if (name === at) await cancel();
    return result;
  };
}

async function hasWaitingSession(database: string): Promise<boolean> {
  const waiting = await query(
    'postgres',
    `SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'
        AND starts_with(application_name, 'moveout ') AND application_name <> 'moveout test'`,
    [database],
  );
  return waiting.length > 0;
}
