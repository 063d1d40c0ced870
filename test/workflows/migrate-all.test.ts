import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { FleetReport } from '../../workflows/domain/fleet';
import { execute, exists } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';

describe('migrateAll', () => {
  let bed: Testbed;
  let projects: readonly TestProject[];
  beforeAll(async () => {
    bed = await openTestbed();
    projects = [bed.nextProject(), bed.nextProject()];
    const list = projects.map((project) => ({
      ref: project.projectRef,
      database: project.databaseName,
      owner: project.ownerUserId,
    }));
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
  });
  afterAll(() => bed.close());

  it('moves the others when one is refused, and names that one', async () => {
    const [blocked, other] = projects;
    if (blocked === undefined || other === undefined) throw new Error('two projects are needed');
    await execute('postgres', `CREATE DATABASE ${blocked.databaseName}`);
    await execute(
      blocked.databaseName,
      'CREATE SCHEMA auth CREATE TABLE users (id uuid); INSERT INTO auth.users VALUES (gen_random_uuid())',
    );
    const report = await fleet(bed);
    expect(report.outcome).toBe('failed');
    expect(report.projects.map(({ outcome }) => outcome)).toEqual(['refused', 'migrated']);
    expect(await actualRows(other.databaseName)).toEqual(
      await expectedRows(bed.source, other.projectRef),
    );
  });

  it('run again moves only what is not done yet', async () => {
    const [blocked] = projects;
    if (blocked === undefined) throw new Error('a project is needed');
    await execute('postgres', `DROP DATABASE ${blocked.databaseName}`);
    const report = await fleet(bed);
    expect(report.outcome).toBe('migrated');
    expect(report.projects.map(({ outcome }) => outcome)).toEqual(['migrated', 'already-migrated']);
    expect(await exists(blocked.databaseName)).toBe(true);
  });

  it('starts nothing when two projects share a database', async () => {
    const list = projects.map(({ projectRef }) => ({ ref: projectRef, database: 'shared_db' }));
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
    const ending = await bed.run('migrateAll', {});
    expect(ending.message).toContain('two configured projects have the database "shared_db"');
    expect(await exists('shared_db')).toBe(false);
  });
});

async function fleet(bed: Testbed): Promise<FleetReport> {
  const handle = await bed.start('migrateAll', [{}]);
  try {
    const report: unknown = await handle.result();
    if (isFleetReport(report)) return report;
    throw new Error('the fleet left no report');
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    const report = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    if (isFleetReport(report)) return report;
    throw error;
  }
}

function isFleetReport(value: unknown): value is FleetReport {
  return typeof value === 'object' && value !== null && 'projects' in value;
}
