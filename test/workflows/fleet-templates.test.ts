import { query } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { reportOf } from './fleet/report-of';

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

  /** Moves two projects; tells whether each was cloned, and which templates are there afterwards. */
  async function fleet(
    templates: 'drop' | 'keep' | 'never',
  ): Promise<{ readonly cloned: readonly boolean[]; readonly left: number }> {
    const projects = [bed.nextProject(), bed.nextProject()];
    const list = projects.map(({ projectRef, databaseName, ownerUserId }) => {
      return { ref: projectRef, database: databaseName, owner: ownerUserId };
    });
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, projects: { list }, fleet: { limits: {}, templates } };
    const report = await reportOf(await bed.start('migrateAll', [{}]));
    expect(report.counts.migrated).toBe(2);
    const marks = await Promise.all(
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
    return { cloned: marks.map(([mark]) => mark?.cloned === true), left: left.length };
  }

  it('serve its projects, and go when it ends', async () => {
    expect(await fleet('drop')).toEqual({ cloned: [true, true], left: 0 });
  });

  it('are not made where the configuration says so', async () => {
    expect(await fleet('never')).toEqual({ cloned: [false, false], left: 0 });
  });

  it('stay where the configuration says so, and serve the next fleet, which leaves them', async () => {
    expect(await fleet('keep')).toEqual({ cloned: [true, true], left: 1 });
    expect(await fleet('drop')).toEqual({ cloned: [true, true], left: 1 });
  });
});
