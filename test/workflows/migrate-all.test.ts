import { migrationWorkflowId } from '../../workflows/domain/names';
import type { FleetReport } from '../../workflows/domain/fleet';
import { execute, exists } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { failing } from '../support/harness/interventions';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { reportOf } from './fleet/report-of';

describe('migrateAll', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  function configure(projects: readonly TestProject[]): void {
    const list = projects.map((project) => ({
      ref: project.projectRef,
      database: project.databaseName,
      owner: project.ownerUserId,
    }));
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
  }

  const fleet = async (input: object = {}): Promise<FleetReport> =>
    reportOf(await bed.start('migrateAll', [input]));

  const outcomesOf = ({ projects }: FleetReport): Readonly<Record<string, string>> =>
    Object.fromEntries(projects.map(({ projectRef, outcome }) => [projectRef, outcome]));

  it('moves the others when one is refused and one fails, and touches nothing but theirs', async () => {
    const [blocked, broken, healthy, stranger] = [0, 1, 2, 3].map(() => bed.nextProject());
    if (!blocked || !broken || !healthy || !stranger) throw new Error('four projects are needed');
    for (const { databaseName } of [blocked, stranger]) {
      await execute('postgres', `CREATE DATABASE ${databaseName}`);
      await execute(
        databaseName,
        'CREATE SCHEMA auth CREATE TABLE users (id uuid); INSERT INTO auth.users VALUES (gen_random_uuid())',
      );
    }
    const untouched = [bed.source, blocked.databaseName, stranger.databaseName];
    const images = await Promise.all(untouched.map(imageOf));
    configure([blocked, broken, healthy]);
    bed.intervene(migrationWorkflowId(broken.projectRef), failing('migrateStorage', 'after'));
    const report = await fleet();
    expect(report).toMatchObject({ outcome: 'incomplete', failures: { DataRejected: 1 } });
    const { problems } = report.projects.find(({ outcome }) => outcome === 'refused') ?? {};
    expect(problems?.[0]?.message).toMatch(/replace/);
    expect(outcomesOf(report)).toEqual({
      [blocked.projectRef]: 'refused',
      [broken.projectRef]: 'restored',
      [healthy.projectRef]: 'migrated',
    });
    expect(await Promise.all(untouched.map(imageOf))).toEqual(images);
    expect(await exists(broken.databaseName)).toBe(false);
    const arrived = await actualRows(healthy.databaseName);
    expect(arrived).toEqual(await expectedRows(bed.source, healthy.projectRef));

    bed.intervene(migrationWorkflowId(broken.projectRef), (_name, real) => real());
    await execute('postgres', `DROP DATABASE ${blocked.databaseName}`);
    const retry = await fleet({ failedOf: report.fleetId });
    expect(outcomesOf(retry)).toEqual({
      [blocked.projectRef]: 'migrated',
      [broken.projectRef]: 'migrated',
    });
    const again = await fleet();
    expect(again).toMatchObject({
      outcome: 'migrated',
      total: 0,
      counts: { 'already-migrated': 3 },
    });
    expect(await imageOf(bed.source)).toEqual(images[0]);
  });

  it('starts nothing when two projects share a database', async () => {
    const [one, two] = [bed.nextProject(), bed.nextProject()];
    configure([
      { ...one, databaseName: 'shared_db' },
      { ...two, databaseName: 'shared_db' },
    ]);
    const ending = await bed.run('migrateAll', {});
    expect(ending.message).toMatch(/shared_db/);
    expect(await exists('shared_db')).toBe(false);
  });
});
