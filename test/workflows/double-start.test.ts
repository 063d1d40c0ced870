import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { endingOf } from '../support/harness/ending';
import { before } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('two runs for one project', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each([1, 2, 3])(
    'under two workflow ids: one migrates, the other is refused (%s)',
    async () => {
      const project = bed.nextProject();
      const handles = await Promise.all([
        bed.start('migrateProject', [project]),
        bed.start('migrateProject', [project]),
      ]);
      const endings = await Promise.all(handles.map(endingOf));
      const outcomes = endings.map(({ report }) => report?.outcome).sort();
      expect(outcomes).toEqual(['migrated', 'refused']);
      expect(await actualRows(project.databaseName)).toEqual(
        await expectedRows(bed.source, project.projectRef),
      );
    },
  );

  it('refuses the second that comes while the first writes, and the first goes on', async () => {
    const project = bed.nextProject();
    const second: { outcome?: string | undefined; message?: string } = {};
    const first = await bed.run(
      'migrateProject',
      project,
      before('migrateStorage', async () => {
        const ending = await bed.run('migrateProject', project);
        Object.assign(second, { outcome: ending.report?.outcome, message: ending.message });
      }),
    );
    expect(second.outcome).toBe('refused');
    expect(second.message).toMatch(/unfinished migration of project/);
    expect(first.report?.outcome).toBe('migrated');
  });

  it('refuses another project that goes into the same database', async () => {
    const [one, other] = [bed.nextProject(), bed.nextProject()];
    const input = { ...other, databaseName: one.databaseName };
    const endings = await Promise.all(
      (
        await Promise.all([
          bed.start('migrateProject', [one]),
          bed.start('migrateProject', [input]),
        ])
      ).map(endingOf),
    );
    expect(endings.map(({ report }) => report?.outcome).sort()).toEqual(['migrated', 'refused']);
  });
});
