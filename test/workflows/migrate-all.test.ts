import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { exitStatusOf } from '../../client/outcome';
import { migrationWorkflowId } from '../../workflows/domain/names';
import type { FleetReport } from '../../workflows/domain/fleet';
import { execute, exists } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { failing, type Intervene } from '../support/harness/interventions';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { until } from '../support/until';
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

  it('restores first what an earlier fleet has parked, and takes no parked project as a canary', async () => {
    const [stuck, healthy] = [bed.nextProject(), bed.nextProject()];
    configure([stuck, healthy]);
    const workflowId = migrationWorkflowId(stuck.projectRef);
    bed.intervene(workflowId, unrestorable);
    const first = await fleet();
    expect(first).toMatchObject({
      outcome: 'incomplete',
      counts: { parked: 1, migrated: 1 },
      failures: { DataRejected: 1 },
    });
    expect(exitStatusOf({ kind: 'fleet', fleet: first }, false)).toBe(3);
    await execute('postgres', `DROP DATABASE ${healthy.databaseName}`);
    const listing = `WorkflowId="${workflowId}" AND MoveoutOutcome="parked"`;
    await until('the parked run to be listed', () => bed.temporal.workflow.count(listing), {
      isSo: ({ count }) => count === 1,
    });

    const second = await fleet({ canary: 2, limits: { maxFailures: 1 } });
    expect(second).toMatchObject({
      outcome: 'incomplete',
      counts: { parked: 1, migrated: 1, busy: 0 },
      failures: { Interrupted: 1 },
    });

    const without = await fleet({ exclude: [stuck.projectRef] });
    expect(without).toMatchObject({ outcome: 'migrated', excluded: [stuck.projectRef] });
    expect(without.migratedBefore).toMatchObject([{ connection: 'shared', projects: 1 }]);

    bed.intervene(workflowId, (_name, real) => real());
    expect(outcomesOf(await fleet())).toEqual({ [stuck.projectRef]: 'migrated' });
  });

  it('moves again, with its owner, what was refused before its plan', async () => {
    const project = bed.nextProject();
    const workflowId = migrationWorkflowId(project.projectRef);
    bed.configured.settings = { ...bed.configured.settings, projects: undefined };
    const refused = await bed.temporal.workflow.start('migrateProject', {
      ...{ workflowId, taskQueue: bed.taskQueue },
      args: [{ ...project, source: 'nowhere' }],
    });
    await refused.result().catch(expectFailed);
    const { typedSearchAttributes, memo } = await refused.describe();
    const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      MoveoutProject: project.projectRef,
      MoveoutDatabase: project.databaseName,
      MoveoutOwner: project.ownerUserId,
    });
    expect(memo).toMatchObject({ connections: { source: 'nowhere' } });
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

/** Fails the migration after its schema is made, and the restore. */
const unrestorable: Intervene = (name, real) => {
  if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
  if (name !== 'restoreProject') return real();
  throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
};

function expectFailed(error: unknown): void {
  expect(error).toBeInstanceOf(WorkflowFailedError);
}
