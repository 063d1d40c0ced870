import { migrationWorkflowId } from '../../workflows/domain/names';
import { deferred } from '../support/deferred';
import { query, withSession } from '../support/harness/databases';
import type { Intervene } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { until } from '../support/until';
import { reportOf } from './fleet/report-of';

/** A table that a backup reads after larger ones. */
const TABLE = 'auth.sessions';

describe('the sessions of a run', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each([
    [{}, 2],
    [{ jobs: 1 }, 1],
    [{ jobs: 3 }, 3],
  ])('are in a backup as many as the configuration or %j says', async (input, sessions) => {
    const open = deferred<undefined>();
    const seen: number[] = [];
    const intervene: Intervene = async (name, real) => {
      if (name !== 'backupProject') return real();
      const held = locked(open.promise, async () => {
        seen.push(await sessionsAtTheLock(bed.source));
        open.resolve(undefined);
      });
      await Promise.race([held.begun, held.done]);
      const result = await real();
      await held.done;
      return result;
    };
    const { report, message } = await bed.run(
      'migrateProject',
      { ...bed.nextProject(), ...input },
      intervene,
    );
    expect([message, report?.outcome]).toEqual(['', 'migrated']);
    expect(seen).toEqual([sessions]);
  });

  it('are said by the plan', async () => {
    const project = bed.nextProject();
    expect(await planOf(bed, project)).toMatchObject({ jobs: 2 });
    expect(await planOf(bed, { ...project, jobs: 5 })).toMatchObject({ jobs: 5 });
  });

  it.each([0, 17, 1.5, '4', null])('cannot be %j: one message, nothing touched', async (jobs) => {
    const { report, message } = await bed.run('migrateProject', { ...bed.nextProject(), jobs });
    expect(report?.outcome).toBe('refused');
    expect(message).toContain('"jobs" must be a whole number from 1 to 16');
  });

  it('of each project of a fleet are those of the fleet', async () => {
    const { projectRef: ref, databaseName, ownerUserId: owner } = bed.nextProject();
    const list = [{ ref, database: databaseName, owner }];
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
    const { outcome } = await reportOf(await bed.start('migrateAll', [{ jobs: 7 }]));
    const child = bed.temporal.workflow.getHandle(migrationWorkflowId(ref));
    const [first] = (await child.fetchHistory()).events ?? [];
    const [input] = first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(outcome).toBe('migrated');
    expect(JSON.parse(Buffer.from(input?.data ?? []).toString())).toMatchObject({ jobs: 7 });
  });

  /** Locks the table in the source until `open`; once it is locked, looks. */
  function locked(open: Promise<unknown>, look: () => Promise<void>) {
    const begun = deferred<undefined>();
    const done = withSession(bed.source, async (holder) => {
      await holder.query(`BEGIN; LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`);
      begun.resolve(undefined);
      await look();
      await open;
      await holder.query('ROLLBACK');
    });
    return { begun: begun.promise, done };
  }
});

/** How many sessions of the backup are in transactions of the source once one of them waits for the table. */
async function sessionsAtTheLock(source: string): Promise<number> {
  return until('a session of the backup at the lock', async () => {
    const rows = await query(
      'postgres',
      `SELECT wait_event_type FROM pg_stat_activity
        WHERE datname = $1 AND application_name LIKE 'moveout %backupProject%' AND xact_start IS NOT NULL`,
      [source],
    );
    return rows.some((row) => JSON.stringify(row).includes('Lock')) && rows.length;
  });
}
