import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { Progress } from '../../workflows/domain/progress';
import { exists } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import type { Intervene } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { until } from '../support/until';

describe('a migration whose restore cannot finish', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it('waits parked, says so, and is restored once it is told to try again', async () => {
    const project = bed.nextProject();
    const broken = { restore: true };
    const handle = await bed.start('migrateProject', [project], unrestorable(broken));
    await parked(handle);
    expect(await exists(project.databaseName)).toBe(true);
    broken.restore = false;
    await handle.executeUpdate('retryRestore');
    const ending = await endingOf(handle);
    expect(ending.report?.outcome).toBe('restored');
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('leaves the target as it stands when it is given up, and keeps the reason', async () => {
    const project = bed.nextProject();
    const handle = await bed.start('migrateProject', [project], unrestorable({ restore: true }));
    await parked(handle);
    await handle.executeUpdate('abandonRestore', { args: ['dropped by hand'] });
    const ending = await endingOf(handle);
    expect(ending.report?.outcome).toBe('parked');
    expect(ending.message).toContain('dropped by hand');
    expect(await exists(project.databaseName)).toBe(true);
  });
});

/** Fails the migration after its schema is made, and the restore for as long as it is broken. */
function unrestorable(broken: { readonly restore: boolean }): Intervene {
  return (name, real) => {
    if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
    if (name !== 'restoreProject' || !broken.restore) return real();
    throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
  };
}

/** Resolves once the run says that it is parked. */
async function parked(handle: WorkflowHandle): Promise<void> {
  await until('a parked run', () => handle.query<Progress>('progress'), {
    isSo: ({ outcome }) => outcome === 'parked',
  });
}
