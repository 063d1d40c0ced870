import { actualRows, expectedRows, TABLES } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('migrateProject', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(['json', 'copy'] as const)('moves exactly the rows (%s)', async (format) => {
    const project = bed.nextProject();
    bed.configured.settings = { ...bed.configured.settings, backup: { ...bed.configured.settings.backup, format } };
    const before = await imageOf(bed.source);
    const t0 = Date.now();
    const ending = await bed.run('migrateProject', project);
    console.log(Date.now() - t0, ending.message, JSON.stringify(ending.report?.steps));
    expect(ending.message).toBe('');
    expect(await actualRows(project.databaseName)).toEqual(await expectedRows(bed.source, project.projectRef));
    expect(await imageOf(bed.source)).toEqual(before);
    expect(TABLES.length).toBe(33);
  });
});
