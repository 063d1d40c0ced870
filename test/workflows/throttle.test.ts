import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { Throttle } from '../../workflows/domain/settings';
import { look } from '../../client/progress/watch';
import { deferred } from '../support/deferred';
import { endingOf } from '../support/harness/ending';
import { execute, query, urlOf } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { useOwnServer } from '../support/harness/own-server';
import { planOf } from '../support/harness/plan-of';
import { sessionAt } from '../support/harness/session-at';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { startWorker } from '../support/worker/own-worker';
import { until } from '../support/until';
import { standbyAt } from './standby-at';

const EVERY = 100;
const CLOSED = 'the gate is closed';
/** Says for what moveout waits as long as the gate is closed. */
const GATE = `SELECT CASE WHEN open THEN 'true' ELSE '${CLOSED}' END FROM public.gate`;
/** The same, but only once a COPY has given rows. */
const GATE_IN_A_COPY = `
  SELECT CASE WHEN open OR NOT EXISTS (SELECT FROM pg_stat_progress_copy WHERE tuples_processed > 0)
              THEN 'true' ELSE '${CLOSED}' END FROM public.gate`;

describe('a throttle', () => {
  let bed: Testbed;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    stop = await useOwnServer();
    bed = await openTestbed();
    await execute(
      bed.source,
      `CREATE TABLE public.gate (open boolean); INSERT INTO public.gate VALUES (true);
       GRANT SELECT ON public.gate TO PUBLIC`,
    );
  });
  afterAll(async () => {
    await bed.close();
    await stop();
  });

  function throttle(limits: Omit<Throttle, 'every'>): void {
    bed.configured.settings = { ...bed.configured.settings, throttle: { ...limits, every: EVERY } };
  }

  /** Opens or closes the gate; once it is closed, no answer that was given before holds any more. */
  async function gate(open: boolean): Promise<void> {
    await execute(bed.source, `UPDATE public.gate SET open = ${String(open)}`);
    const since = performance.now();
    if (!open)
      await until('a new answer', () => Promise.resolve(performance.now() - since > 2 * EVERY));
  }

  /** Does something before an activity of the run begins. */
  const before =
    (step: ActivityName, what: () => Promise<void>): Intervene =>
    async (name, real) => {
      if (name === step) await what();
      return real();
    };

  /** Waits until an activity says that it waits, and gives its words. */
  const waitsIn = (handle: WorkflowHandle, step: string): Promise<string> =>
    until(`${step} waits`, async () => {
      const { pending } = await look(bed.temporal, handle);
      return pending.find(({ activity }) => activity === step)?.heartbeat?.waitsFor;
    });

  const sleeping = (): Promise<readonly { readonly pid: number }[]> =>
    query('postgres', `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`);

  it('waits before the plan while too many sessions of others are active, and says so', async () => {
    throttle({ maxActiveSessions: 0 });
    const project = bed.nextProject();
    const busy = sessionAt(urlOf('postgres'), (client) => client.query('SELECT pg_sleep(600)'));
    const ended = busy.catch(() => undefined);
    await until('an active session', async () => (await sleeping()).length === 1);
    const handle = await bed.start('migrateProject', [project]);
    const words = await waitsIn(handle, 'planMigration');
    await execute('postgres', `SELECT pg_cancel_backend(${String((await sleeping())[0]?.pid)})`);
    await ended;
    const ending = await endingOf(handle);
    expect(words).toBe('waits for the source: 1 active session, the limit is 0');
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
  });

  it('waits while a standby is too far behind, and says which and how far', async () => {
    throttle({ maxLagBytes: 1_000_000 });
    const standby = await standbyAt(urlOf(bed.source), 'replica_2');
    try {
      await until('the standby is known', async () => {
        await standby.replay();
        const seen = `SELECT FROM pg_stat_replication WHERE application_name = 'replica_2' AND replay_lsn IS NOT NULL`;
        return (await query('postgres', seen)).length === 1;
      });
      const wal = `SELECT pg_logical_emit_message(false, 'test', repeat('x', 4000000))`;
      await execute('postgres', wal);
      await until('the standby is behind', async () => {
        const behind = `SELECT FROM pg_stat_replication
          WHERE application_name = 'replica_2' AND pg_current_wal_lsn() - replay_lsn > 4000000`;
        return (await query('postgres', behind)).length === 1;
      });
      const handle = await bed.start('migrateProject', [bed.nextProject()]);
      const words = await waitsIn(handle, 'planMigration');
      await standby.follow();
      const ending = await endingOf(handle);
      expect(words).toMatch(
        /^waits for the source: standby "replica_2" is 4\d{6} bytes behind, the limit is 1000000$/,
      );
      expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    } finally {
      await standby.end();
    }
  });

  it.each(['planMigration', 'backupProject', 'verifyProject'] as const)(
    'holds %s back with the words of its query',
    async (step) => {
      throttle({ query: GATE });
      const project = bed.nextProject();
      const handle = await bed.start(
        'migrateProject',
        [project],
        before(step, () => gate(false)),
      );
      const words = await waitsIn(handle, step);
      await gate(true);
      const ending = await endingOf(handle);
      expect(words).toBe(`waits for the source: ${CLOSED}`);
      expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    },
  );

  it('opens no snapshot before the source may be read', async () => {
    throttle({ query: GATE });
    const closing = before('backupProject', () => gate(false));
    const handle = await bed.start('migrateProject', [bed.nextProject()], closing);
    await waitsIn(handle, 'backupProject');
    const snapshots = await query(
      'postgres',
      `SELECT application_name FROM pg_stat_activity
        WHERE datname = $1 AND application_name LIKE 'moveout %' AND xact_start IS NOT NULL AND state <> 'active'`,
      [bed.source],
    );
    await gate(true);
    expect((await endingOf(handle)).report?.outcome).toBe('migrated');
    expect(snapshots).toEqual([]);
  });

  it('holds a table back in the middle of its rows', async () => {
    throttle({ query: GATE_IN_A_COPY });
    const project = bed.nextProject();
    await execute(
      bed.source,
      `UPDATE auth.users SET raw_user_meta_data = jsonb_build_object('long', repeat('x', 2000000))
        WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'`,
    );
    const closing = before('backupProject', () => gate(false));
    const handle = await bed.start('migrateProject', [project], closing);
    const words = await waitsIn(handle, 'backupProject');
    await until('a COPY that nobody reads from', async () => {
      const held = `SELECT FROM pg_stat_activity JOIN pg_stat_progress_copy USING (pid) WHERE wait_event = 'ClientWrite'`;
      return (await query('postgres', held)).length > 0;
    });
    await gate(true);
    const ending = await endingOf(handle);
    expect(words).toContain(CLOSED);
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    expect(await actualRows(project.databaseName)).toEqual(
      await expectedRows(bed.source, project.projectRef),
    );
  });

  it('holds the count of a fleet back', async () => {
    throttle({ query: GATE });
    const { projectRef: ref, databaseName: database, ownerUserId: owner } = bed.nextProject();
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, projects: { list: [{ ref, database, owner }] } };
    await gate(false);
    const handle = await bed.start('migrateAll', [{}]);
    const words = await waitsIn(handle, 'freezeFleet');
    await gate(true);
    expect(await handle.result()).toMatchObject({ outcome: 'migrated' });
    bed.configured.settings = { ...settings, projects: undefined };
    expect(words).toContain(CLOSED);
  });

  it.each([
    ['before its snapshot', GATE],
    ['in the middle of a table', GATE_IN_A_COPY],
  ])('ends within two seconds if the run is cancelled while it waits: %s', async (_when, sql) => {
    throttle({ query: sql });
    const project = bed.nextProject();
    await execute(
      bed.source,
      `UPDATE auth.users SET raw_user_meta_data = jsonb_build_object('long', repeat('x', 2000000))
        WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'`,
    );
    const ended = deferred<number>();
    const known = deferred<number>();
    const intervene: Intervene = async (name, real) => {
      if (name !== 'backupProject') return real();
      await gate(false);
      const { cancellationSignal } = Context.current();
      cancellationSignal.addEventListener('abort', () => known.resolve(Date.now()));
      return real().finally(() => ended.resolve(Date.now()));
    };
    const handle = await bed.start('migrateProject', [project], intervene);
    await waitsIn(handle, 'backupProject');
    await handle.cancel();
    const took = (await ended.promise) - (await known.promise);
    const ending = await endingOf(handle);
    await gate(true);
    expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
    expect(took).toBeLessThan(2_000);
  });

  it('is asked again by the next worker if one is killed while it waits', async () => {
    const taskQueue = `killed-${randomUUID()}`;
    const order = (name: string) => ({
      ...{ name, taskQueue, sourceUrl: urlOf(bed.source), folder: bed.backups },
      temporal: process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '',
      settings: {
        throttle: { query: GATE, every: '100ms' },
        timing: { silence: '3s', longestPause: '1s' },
        backup: { directory: bed.backups },
      },
    });
    await gate(false);
    const first = startWorker(order('first'));
    const handle = await bed.temporal.workflow.start('migrateProject', {
      ...{ taskQueue, workflowId: `killed-${randomUUID()}` },
      args: [bed.nextProject()],
    });
    await waitsIn(handle, 'planMigration');
    await first.stop('SIGKILL');
    const second = startWorker(order('second'));
    await until('another attempt waits', async () => {
      const { pending } = await look(bed.temporal, handle);
      return pending.some(({ attempt, heartbeat }) => attempt > 1 && heartbeat?.waitsFor);
    });
    await gate(true);
    const ending = await endingOf(handle);
    await second.stop();
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
  });

  it.each([
    ['SELECT', 'throttle.query must yield one column, a boolean or a text'],
    ['SELECT nothing FROM public.gate', 'throttle.query: PostgreSQL refuses the statement'],
    ['SELECT true, false', 'throttle.query must yield one column, a boolean or a text'],
    ['SELECT 1', 'throttle.query must yield one column, a boolean or a text'],
    [
      'SELECT open FROM public.gate WHERE false',
      'throttle.query must yield one row; it yields none',
    ],
    ['VALUES (true), (true)', 'throttle.query must yield one row; it yields more'],
  ])('with a query that cannot be used is a problem of the plan: %s', async (sql, words) => {
    throttle({ query: sql });
    const { problems } = await planOf(bed, bed.nextProject());
    expect(problems.map(({ code }) => code)).toEqual(['throttle']);
    expect(problems[0]?.message).toContain(words);
  });

  it('that nothing is measured by is a warning', async () => {
    throttle({ maxLagBytes: 1 });
    const { problems, warnings } = await planOf(bed, bed.nextProject());
    expect(problems).toEqual([]);
    expect(warnings.filter(({ code }) => code === 'throttle')).toHaveLength(1);
  });

  it('that the role cannot see is a problem with the statement that helps', async () => {
    const role = 'unseeing';
    await execute(
      'postgres',
      `CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD '${role}'; GRANT pg_read_all_data TO ${role}`,
    );
    const { urls } = bed.configured;
    bed.configured.urls = { ...urls, shared: urlOf(bed.source, role) };
    try {
      throttle({ maxActiveSessions: 5, maxLagBytes: 1_000_000 });
      const { problems } = await planOf(bed, bed.nextProject());
      const blind = problems.filter(({ code }) => code === 'throttle');
      const statement = /GRANT [^;]*;/.exec(blind[0]?.message ?? '')?.[0] ?? 'SELECT 1';
      await execute('postgres', statement);
      const settled = await planOf(bed, bed.nextProject());
      expect(blind.map(({ message }) => message)).toEqual([
        `role "${role}" of connection "shared" may not see what sessions of others do and how far standbys are, which throttle.maxActiveSessions and throttle.maxLagBytes needs: GRANT pg_read_all_stats TO "${role}";`,
      ]);
      expect(settled.problems.filter(({ code }) => code === 'throttle')).toEqual([]);
    } finally {
      bed.configured.urls = urls;
    }
  });
});
