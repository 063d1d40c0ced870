import { EventEmitter, once } from 'node:events';
import { deferred } from '../support/deferred';
import { endingOf, type Ending } from '../support/harness/ending';
import { execute, query, withSession } from '../support/harness/databases';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { until } from '../support/until';

/** A function that is called for each row while it is copied, by the type of a column; it waits for whoever holds the lock. */
const GATE = 15_015;

const GATED = [
  ['auth.sessions', 'migrateAuth'],
  ['storage.objects', 'migrateStorage'],
] as const;

/** What was seen of a run that was cancelled while a step copied rows. */
interface Seen {
  readonly ending: Ending;
  /** Whether it was cancelled while a COPY stood at the gate. */
  readonly stoodAtGate: boolean;
  /** Milliseconds from the request to cancel to the end of the step. */
  readonly stepTook: number;
  /** Whether the step had ended, and which sessions of it were left, when the restore started. */
  readonly atRestore: { readonly stepEnded: boolean; readonly sessions: readonly unknown[] };
}

describe('a migration that is cancelled in the middle of a COPY', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, backup: { ...settings.backup, format: 'copy' } };
    await execute(
      bed.source,
      `CREATE FUNCTION auth.pass_gate() RETURNS boolean LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_advisory_xact_lock_shared(${String(GATE)}); RETURN true; END';
       CREATE DOMAIN auth.gated AS text CHECK (auth.pass_gate());
       ${GATED.map(([table]) => `ALTER TABLE ${table} ADD gate auth.gated DEFAULT 'x';`).join('\n')}`,
    );
  });
  afterAll(() => bed.close());

  it.each(GATED)(
    'restores only after the step has ended by itself: %s in %s',
    async (_table, step) => {
      const { ending, stoodAtGate, stepTook, atRestore } = await cancelIn(step);
      expect(stoodAtGate).toBe(true);
      expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
      expect(atRestore).toEqual({ stepEnded: true, sessions: [] });
      expect(stepTook).toBeLessThan(8_000);
    },
  );

  async function cancelIn(step: ActivityName): Promise<Seen> {
    const project = bed.nextProject();
    const known = new EventEmitter();
    const started = once(known, 'started');
    let [asked, ended] = [0, 0];
    let stoodAtGate = false;
    const seen: { atRestore?: Seen['atRestore'] } = {};
    const gate = deferred<undefined>();
    const intervene: Intervene = async (name, real) => {
      if (name === 'restoreProject') {
        const sessions = await sessionsIn(project.databaseName);
        seen.atRestore = { stepEnded: ended > 0, sessions };
        gate.resolve(undefined);
      }
      if (name !== step) return real();
      await closeGate(project.databaseName, gate.promise);
      let isOver = false;
      const outcome = real().finally(() => {
        isOver = true;
      });
      await untilCopying(project.databaseName, () => isOver);
      stoodAtGate = !isOver;
      await started;
      asked = Date.now();
      await handle.cancel();
      return outcome.finally(() => {
        ended = Date.now();
      });
    };
    const handle = await bed.start('migrateProject', [project], intervene);
    known.emit('started');
    const ending = await endingOf(handle);
    const none = { stepEnded: false, sessions: ['no restore was seen'] };
    return { ending, stoodAtGate, stepTook: ended - asked, atRestore: seen.atRestore ?? none };
  }
});

/** Closes the gate of a database, until the promise lets it go. */
async function closeGate(database: string, open: Promise<unknown>): Promise<void> {
  const closed = deferred<undefined>();
  const held = withSession(database, async (holder) => {
    await holder.query(`SELECT pg_advisory_lock(${String(GATE)})`);
    closed.resolve(undefined);
    await open;
  });
  await Promise.race([closed.promise, held]);
}

/** Resolves once a COPY of the step stands at the gate; stops looking once none can come any more. */
async function untilCopying(database: string, isOver: () => boolean): Promise<void> {
  await until('a COPY at the gate', async () => {
    if (isOver()) return true;
    const copies = await query(
      'postgres',
      `SELECT FROM pg_stat_progress_copy AS c JOIN pg_stat_activity AS a USING (pid)
        WHERE c.datname = $1 AND c.command = 'COPY FROM' AND a.wait_event = 'advisory'`,
      [database],
    );
    return copies.length > 0;
  });
}

/** The sessions of a run in its target. */
async function sessionsIn(database: string): Promise<readonly unknown[]> {
  return query(
    'postgres',
    `SELECT application_name FROM pg_stat_activity
      WHERE datname = $1 AND application_name LIKE 'moveout % migrate%'`,
    [database],
  );
}
