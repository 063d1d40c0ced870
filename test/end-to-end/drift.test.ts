import { driftText } from '../../client/report/evidence';
import { execute, exists } from '../support/harness/databases';
import { before } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('migrateProject while the source goes on', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  const moveOn = (projectRef: string): Promise<void> =>
    execute(
      bed.source,
      `UPDATE storage.objects SET updated_at = updated_at + interval '1 microsecond'
        WHERE ctid = (SELECT min(ctid) FROM storage.objects WHERE starts_with(bucket_id, '${projectRef}-'))`,
    );

  it('reports drift by table and is migrated all the same', async () => {
    const project = bed.nextProject();
    const ending = await bed.run(
      'migrateProject',
      project,
      before('verifyProject', () => moveOn(project.projectRef)),
    );
    expect(ending).toMatchObject({ status: 'Completed', report: { outcome: 'migrated' } });
    expect(ending.report?.drift).toMatchObject([
      { table: 'storage.objects', moved: { added: 0, changed: 1, gone: 0 } },
    ]);
    expect(driftText(ending.report?.drift ?? [])).toMatch(
      /^  storage\.objects: (\d+) rows in the backup, \1 now: 1 row changed$/m,
    );
  });

  it('fails and is restored when the request says that drift fails', async () => {
    const project = bed.nextProject();
    const ending = await bed.run(
      'migrateProject',
      { ...project, onDrift: 'fail' },
      before('verifyProject', () => moveOn(project.projectRef)),
    );
    expect(ending).toMatchObject({
      status: 'Failed',
      type: 'Drifted',
      report: { outcome: 'restored', drift: [{ table: 'storage.objects' }] },
    });
    expect(ending.message).toContain('storage.objects');
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('does not take what a neighbour does for drift', async () => {
    const [project, neighbour] = [bed.nextProject(), bed.nextProject()];
    const ending = await bed.run(
      'migrateProject',
      { ...project, onDrift: 'fail' },
      before('verifyProject', () => moveOn(neighbour.projectRef)),
    );
    expect(ending.report).toMatchObject({ outcome: 'migrated', drift: [] });
  });
});
