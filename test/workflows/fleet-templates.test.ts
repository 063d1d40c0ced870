import { migrationWorkflowId } from '../../workflows/domain/names';
import { query } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { reportOf } from './fleet/report-of';

/** Where the sequence of tokens stands, and in which schemas the loaded tables have been analyzed. */
const SETTLED = `
  SELECT s.last_value > 1 AND s.last_value >= (SELECT coalesce(max(id), 0) FROM auth.refresh_tokens) AS placed,
         (SELECT array_agg(DISTINCT schemaname::text ORDER BY schemaname::text) FROM pg_stats
           WHERE (schemaname, tablename) IN (('auth', 'users'), ('storage', 'objects'))) AS analyzed
    FROM auth.refresh_tokens_id_seq AS s`;

describe('the templates of a fleet', () => {
  let bed: Testbed;
  let endServer: () => Promise<void>;
  beforeAll(async () => {
    endServer = await useOwnServer();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await endServer();
  });

  type Templates = 'drop' | 'keep' | 'never';

  /** Moves two projects by a fleet. */
  async function moved(
    templates: Templates,
  ): Promise<{ readonly projects: readonly TestProject[] }> {
    const projects = [bed.nextProject(), bed.nextProject()];
    const list = projects.map(({ projectRef, databaseName, ownerUserId }) => {
      return { ref: projectRef, database: databaseName, owner: ownerUserId };
    });
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, projects: { list }, fleet: { limits: {}, templates } };
    const report = await reportOf(await bed.start('migrateAll', [{}]));
    expect(report.counts.migrated).toBe(2);
    return { projects };
  }

  /** Moves two projects; tells whether each was cloned, and which templates are there afterwards. */
  async function fleet(
    templates: Templates,
  ): Promise<{ readonly cloned: readonly boolean[]; readonly left: number }> {
    const { projects } = await moved(templates);
    const markers = await Promise.all(
      projects.map(({ databaseName }) =>
        query<{ cloned: boolean }>(
          databaseName,
          `SELECT 'cloned' = ANY (steps) AS cloned FROM moveout.migration`,
        ),
      ),
    );
    const left = await query(
      'postgres',
      `SELECT FROM pg_database WHERE starts_with(datname, 'moveout_template_')`,
    );
    return { cloned: markers.map(([marker]) => marker?.cloned === true), left: left.length };
  }

  /** Which activities a project's run was given, in their order. */
  async function activitiesOf(projectRef: string): Promise<readonly string[]> {
    const handle = bed.temporal.workflow.getHandle(migrationWorkflowId(projectRef));
    const { events } = await handle.fetchHistory();
    return (events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
    );
  }

  it('serve its projects, and go when it ends', async () => {
    expect(await fleet('drop')).toEqual({ cloned: [true, true], left: 0 });
  });

  it('leave nothing for finishSchema: the rows come with sequences and statistics', async () => {
    const { projects } = await moved('drop');
    for (const { projectRef, databaseName } of projects) {
      const given = await activitiesOf(projectRef);
      expect(given).toContain('initSchema');
      expect(given).not.toContain('finishSchema');
      const [found] = await query(databaseName, SETTLED);
      expect(found).toEqual({ placed: true, analyzed: ['auth', 'storage'] });
    }
  });

  it('are not made where the configuration says so', async () => {
    expect(await fleet('never')).toEqual({ cloned: [false, false], left: 0 });
  });

  it('stay where the configuration says so, and serve the next fleet, which leaves them', async () => {
    expect(await fleet('keep')).toEqual({ cloned: [true, true], left: 1 });
    expect(await fleet('drop')).toEqual({ cloned: [true, true], left: 1 });
  });
});
