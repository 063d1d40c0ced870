import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { execute } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { before } from '../support/harness/interventions';
import { makeCopy, makeEmpty } from '../support/harness/targets';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('a run that lost its target to another between its plan and its first write', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(['absent', 'empty', 'filled'] as const)(
    'is refused and leaves what the other migrated (target %s)',
    async (kind) => {
      const project = bed.nextProject();
      if (kind === 'empty') await makeEmpty(project.databaseName);
      if (kind === 'filled') {
        await makeCopy(project.databaseName, bed.source);
        await execute(project.databaseName, 'TRUNCATE public.profiles');
      }
      const input = { ...project, replace: true };
      const images: (readonly string[])[] = [];
      const other = before('initSchema', async () => {
        const ending = await bed.run('migrateProject', input);
        expect(ending.report?.outcome).toBe('migrated');
        images.push(await imageOf(project.databaseName));
      });
      const lost = await bed.run('migrateProject', input, other);
      expect(lost).toMatchObject({ status: 'Failed', type: 'Refused' });
      expect([await imageOf(project.databaseName)]).toEqual(images);
      expect(await actualRows(project.databaseName)).toEqual(
        await expectedRows(bed.source, project.projectRef),
      );
    },
  );

  it('does not replace the marker of a run that is still open', async () => {
    const project = bed.nextProject();
    const seen: (string | undefined)[] = [];
    const second = before('migrateStorage', async () => {
      const ending = await bed.run('migrateProject', { ...project, replace: true });
      seen.push(ending.report?.outcome, ending.message);
    });
    const first = await bed.run('migrateProject', project, second);
    expect(seen).toEqual(['refused', expect.stringContaining('is still running')]);
    expect(first.report?.outcome).toBe('migrated');
  });
});
