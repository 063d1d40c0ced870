import { setImmediate } from 'node:timers/promises';
import { deferred } from '../support/deferred';
import { execute, query, withSession } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { makeEmpty } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { until } from '../support/until';
import { makeBig, ofAuth } from './big-tables';

/** A session of moveout waits for a lock a little longer. */
const WHILE_LOCKED = { limitMs: 25_000 };

describe('a new target', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
    // A clone of a template has its keys from the beginning.
    bed.configured.settings = {
      ...bed.configured.settings,
      fleet: { limits: {}, templates: 'never' },
    };
  });
  afterAll(() => bed.close());

  it.each(['json', 'copy'] as const)('gets two tables at a time (%s)', async (format) => {
    const project = await bigProject(format);
    const seen: { waiting?: readonly string[] } = {};
    const ending = await bed.run(
      'migrateProject',
      project,
      during('migrateAuth', async (work) => {
        const { database, open } = await hold(
          project,
          'LOCK TABLE auth.users, auth.sessions IN ACCESS SHARE MODE',
        );
        const outcome = work();
        seen.waiting = await untilWaiting(database, 2, outcome);
        open();
        await outcome;
      }),
    );
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
    expect(seen.waiting).toEqual(['auth.sessions', 'auth.users']);
    await expectRows(project);
  });

  it('gets the keys of a table while another one is loaded, and its indexes within the step', async () => {
    const project = await bigProject('copy', ofAuth);
    const seen: { early?: readonly string[]; behind?: readonly string[]; result?: unknown } = {};
    const ending = await bed.run(
      'migrateProject',
      project,
      during('migrateAuth', async (work) => {
        const { database, open } = await hold(
          project,
          'LOCK TABLE auth.sessions IN ACCESS SHARE MODE',
        );
        const outcome = work();
        await untilWaiting(database, 1, outcome);
        await until('a key of auth.users', async () => {
          seen.early = await indexesOf(database, 'auth.users');
          return seen.early.length > 0 || (await isOver(outcome));
        });
        open();
        seen.result = await outcome;
        seen.behind = await indexesOf(database, 'auth.users');
      }),
    );
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
    expect(seen.early).toContain('users_pkey');
    expect(seen.behind).toEqual(await indexesOf(bed.source, 'auth.users'));
    expect(JSON.stringify(seen.result)).toMatch(
      /"note":"\d+ rows into \d+ tables, \d+ keys and indexes"/,
    );
  });

  it.each(['absent', 'empty'] as const)(
    'gets exactly the rows again where an attempt ended between its tables (target %s)',
    async (kind) => {
      const project = await bigProject('copy', ofAuth);
      if (kind === 'empty') await makeEmpty(project.databaseName);
      const seen: { attempts: number; atEnd: readonly string[] } = { attempts: 0, atEnd: [] };
      const ending = await bed.run(
        'migrateProject',
        project,
        during('migrateAuth', async (work) => {
          seen.attempts += 1;
          if (seen.attempts > 1) {
            await work();
            return;
          }
          const { database, open } = await hold(
            project,
            'LOCK TABLE auth.sessions IN ACCESS SHARE MODE',
          );
          const outcome = work();
          await untilWaiting(database, 1, outcome);
          await until('all indexes of auth.users', async () => {
            seen.atEnd = await indexesOf(database, 'auth.users');
            const wanted = await indexesOf(bed.source, 'auth.users');
            return seen.atEnd.length === wanted.length || (await isOver(outcome));
          });
          await execute('postgres', endSessions(database));
          open();
          await outcome;
        }),
      );
      expect(seen.attempts).toBe(2);
      expect(seen.atEnd).toEqual(await indexesOf(bed.source, 'auth.users'));
      expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
      await expectRows(project);
    },
  );

  it.each([1, 2])(
    'gets the keys and indexes of auth while the objects are loaded, by attempt %d',
    async (lastAttempt) => {
      const project = await bigProject('copy');
      const seen: { behindAuth?: readonly string[]; early?: readonly string[] } = {};
      let attempts = 0;
      const wanted = await indexesOf(bed.source, 'auth.users');
      const ending = await bed.run('migrateProject', project, async (name, real) => {
        if (name !== 'migrateStorage') return real();
        attempts += 1;
        const { database, open } = await hold(project, LOCK_OBJECTS);
        seen.behindAuth ??= await indexesOf(database, 'auth.users');
        const outcome = real();
        await until('all indexes of auth.users', async () => {
          seen.early = await indexesOf(database, 'auth.users');
          return seen.early.length === wanted.length || (await isOver(outcome));
        });
        if (attempts < lastAttempt) await execute('postgres', endSessions(database));
        open();
        return outcome;
      });
      expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
      expect(attempts).toBe(lastAttempt);
      expect(seen.behindAuth).toEqual([]);
      expect(seen.early).toEqual(wanted);
      await expectRows(project);
    },
  );

  it('is restored only after all sessions of a cancelled step have ended', async () => {
    const project = await bigProject('copy', ofAuth);
    const seen: { left?: readonly unknown[]; took?: number } = {};
    const started = deferred<() => Promise<unknown>>();
    const ended = deferred<undefined>();
    const intervene: Intervene = async (name, real) => {
      if (name === 'restoreProject') {
        seen.left = await query(
          'postgres',
          `SELECT application_name FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'moveout % migrate%'`,
          [project.databaseName],
        );
        ended.resolve(undefined);
      }
      if (name !== 'migrateAuth') return real();
      // An index of this name is being made by somebody else: the step waits in CREATE INDEX on one session.
      const { database, open } = await hold(
        project,
        'CREATE TABLE auth.users_instance_id_idx (); LOCK TABLE auth.sessions IN ACCESS SHARE MODE',
      );
      const outcome = real();
      await untilWaiting(database, 1, outcome);
      await until('a CREATE INDEX that waits', async () => {
        const waiting = await query(
          'postgres',
          `SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'transactionid' AND query LIKE 'CREATE INDEX%'`,
          [database],
        );
        return waiting.length > 0 || (await isOver(outcome));
      });
      const asked = Date.now();
      await (
        await started.promise
      )();
      return outcome.finally(() => {
        seen.took = Date.now() - asked;
        open();
      });
    };
    const handle = await bed.start('migrateProject', [project], intervene);
    started.resolve(() => handle.cancel());
    const ending = await endingOf(handle);
    await ended.promise;
    expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
    expect(seen.left).toEqual([]);
    expect(seen.took).toBeLessThan(8_000);
  });

  async function bigProject(
    format: 'json' | 'copy',
    isBig: (statement: string) => boolean = () => true,
  ): Promise<TestProject> {
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, backup: { ...settings.backup, format } };
    const project = bed.nextProject();
    await makeBig(bed.source, project.projectRef, isBig);
    return project;
  }

  async function expectRows(project: TestProject): Promise<void> {
    expect(await actualRows(project.databaseName)).toEqual(
      await expectedRows(bed.source, project.projectRef),
    );
  }
});

const LOCK_OBJECTS = 'LOCK TABLE storage.objects IN ACCESS SHARE MODE';

/** Ends all sessions of moveout in a database, as a crash of its worker does. */
function endSessions(database: string): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'moveout %'`;
}

/** Stands around one activity, whose failure stays its own. */
function during(at: ActivityName, act: (work: () => Promise<unknown>) => Promise<void>): Intervene {
  return async (name, real) => {
    if (name !== at) return real();
    const result = deferred<Awaited<ReturnType<typeof real>>>();
    await act(async () => {
      const done = await real();
      result.resolve(done);
      return done;
    });
    return result.promise;
  };
}

/** Holds locks in the target until they are opened. */
async function hold(
  { databaseName: database }: TestProject,
  sql: string,
): Promise<{ readonly database: string; readonly open: () => void }> {
  const gate = deferred<undefined>();
  const closed = deferred<undefined>();
  const held = withSession(database, async (holder) => {
    await holder.query('BEGIN');
    await holder.query(sql);
    closed.resolve(undefined);
    await gate.promise;
    await holder.query('ROLLBACK');
  });
  await Promise.race([closed.promise, held]);
  return { database, open: () => gate.resolve(undefined) };
}

/** The tables that sessions of moveout wait for, once there are so many, or nothing more can come. */
async function untilWaiting(
  database: string,
  count: number,
  outcome: Promise<unknown>,
): Promise<readonly string[]> {
  return until(
    `${String(count)} tables that are waited for`,
    async () => {
      const waiting = await query<{ table: string }>(
        database,
        `SELECT DISTINCT l.relation::regclass::text AS "table"
         FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
        WHERE NOT l.granted AND l.locktype = 'relation' AND a.application_name LIKE 'moveout %'
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY 1`,
      );
      if (waiting.length >= count || (await isOver(outcome)))
        return waiting.map(({ table }) => table);
      return undefined;
    },
    WHILE_LOCKED,
  );
}

async function indexesOf(database: string, table: string): Promise<readonly string[]> {
  const rows = await query<{ name: string }>(
    database,
    `SELECT relname AS name
       FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = $1::regclass ORDER BY 1`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** Whether a promise has settled by now. */
async function isOver(outcome: Promise<unknown>): Promise<boolean> {
  const settled = outcome.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, setImmediate(false)]);
}
