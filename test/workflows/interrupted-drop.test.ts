import { execute, exists, query } from '../support/harness/databases';
import { failing, type Intervene } from '../support/harness/interventions';
import { endingOf } from '../support/harness/ending';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { deferred } from '../support/deferred';
import { until } from '../support/until';

describe('a database whose DROP was interrupted', () => {
  let stopServer: () => Promise<void>;
  let bed: Testbed;
  beforeAll(async () => {
    stopServer = await useOwnServer();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await stopServer();
  });

  it('is dropped by the next attempt of the restore', async () => {
    const project = bed.nextProject();
    const { intervene, restores, goOn } = interruptingTheDrop();
    const run = await bed.start('migrateProject', [project], intervene);
    await interruptDrop(project.databaseName);
    goOn();
    const ending = await endingOf(run);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(ending.message).toContain('does not exist, as before');
    expect(restores()).toBeGreaterThan(1);
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('stays if it was dropped by another, and does not hold up a restore', async () => {
    const project = bed.nextProject();
    const { intervene, goOn } = interruptingTheDrop();
    const run = await bed.start('migrateProject', [project], intervene);
    await interruptDrop(project.databaseName);
    await execute('postgres', `COMMENT ON DATABASE ${project.databaseName} IS 'another'`);
    goOn();
    const ending = await endingOf(run);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(ending.message).toContain('this migration did not make it and left it alone');
    expect(await isInvalid(project.databaseName)).toBe(true);
    const { problems } = await planOf(bed, project);
    expect(problems.map(({ code }) => code)).toEqual(['target-closed']);
    const [, statement = ''] = /: (DROP DATABASE .*;)$/.exec(problems[0]?.message ?? '') ?? [];
    await execute('postgres', statement);
    expect((await planOf(bed, project)).problems).toEqual([]);
  });
});

interface InterruptedRestore {
  readonly intervene: Intervene;
  /** How many attempts of the restore there were. */
  readonly restores: () => number;
  /** Lets the second attempt of the restore begin. */
  readonly goOn: () => void;
}

/** A migration that fails before its rows; the DROP of its restore waits for a checkpoint that does not come. */
function interruptingTheDrop(): InterruptedRestore {
  const fail = failing('migrateAuth', 'before');
  const second = deferred<undefined>();
  let restores = 0;
  const intervene: Intervene = async (name, real) => {
    if (name !== 'restoreProject') return fail(name, real);
    restores += 1;
    if (restores === 1) process.kill(await checkpointer(), 'SIGSTOP');
    else await second.promise;
    return real();
  };
  return { intervene, restores: () => restores, goOn: () => second.resolve(undefined) };
}

/** Ends the session that drops the database in the middle of it. */
async function interruptDrop(database: string): Promise<void> {
  const pid = await until('the DROP to wait for its checkpoint', async () => {
    const [found] = await query<{ pid: number }>(
      'postgres',
      `SELECT pid FROM pg_stat_activity WHERE query LIKE 'DROP DATABASE%' AND query LIKE $1
          AND wait_event LIKE 'Checkpoint%'`,
      [`%${database}%`],
    );
    return found?.pid;
  });
  await query('postgres', 'SELECT pg_terminate_backend($1)', [pid]);
  await until('the database to be invalid', () => isInvalid(database));
  process.kill(await checkpointer(), 'SIGCONT');
}

async function isInvalid(database: string): Promise<boolean> {
  const [entry] = await query<{ limit: number }>(
    'postgres',
    'SELECT datconnlimit AS limit FROM pg_database WHERE datname = $1',
    [database],
  );
  return entry?.limit === -2;
}

async function checkpointer(): Promise<number> {
  const [process] = await query<{ pid: number }>(
    'postgres',
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`,
  );
  return process?.pid ?? 0;
}
