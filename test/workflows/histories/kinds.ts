import type { WorkflowHandle } from '@temporalio/client';
import { failing } from '../../support/harness/interventions';
import type { Testbed, TestProject } from '../../support/harness/testbed';
import {
  abandonedRun,
  cancelledRun,
  changedTarget,
  firstRunOf,
  fleetOf,
  parkedRun,
  startedAgain,
  terminatedRun,
} from './makings';

/** A kind of run: how Temporal lists its end, and how one is made. */
export interface Kind {
  readonly status: 'Completed' | 'Failed' | 'Canceled';
  readonly make: (bed: Testbed) => Promise<WorkflowHandle>;
}

const migrated = async (bed: Testbed): Promise<TestProject> => {
  const project = bed.nextProject();
  await (await bed.start('migrateProject', [project])).result();
  return project;
};

/** Enough for the fleet to continue as new on a server that suggests it early. */
const two = (bed: Testbed): readonly TestProject[] => [bed.nextProject(), bed.nextProject()];

/** Every kind of run that there is; each has a kept history of its name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  migrated: {
    status: 'Completed',
    make: (bed) => bed.start('migrateProject', [bed.nextProject()]),
  },
  restored: {
    status: 'Failed',
    make: (bed) =>
      bed.start('migrateProject', [bed.nextProject()], failing('migrateStorage', 'after')),
  },
  cancelled: { status: 'Canceled', make: cancelledRun },
  refused: {
    status: 'Failed',
    make: (bed) =>
      bed.start('migrateProject', [{ ...bed.nextProject(), projectRef: 'nobody-knows-it' }]),
  },
  'already-migrated': {
    status: 'Failed',
    make: async (bed) => bed.start('migrateProject', [await migrated(bed)]),
  },
  replaced: {
    status: 'Completed',
    make: async (bed) => bed.start('migrateProject', [{ ...(await migrated(bed)), replace: true }]),
  },
  parked: { status: 'Failed', make: parkedRun },
  'parked-and-started-again': { status: 'Completed', make: startedAgain },
  'parked-and-abandoned': { status: 'Failed', make: abandonedRun },
  planned: { status: 'Completed', make: (bed) => bed.start('planProject', [bed.nextProject()]) },
  'backed-up': {
    status: 'Completed',
    make: (bed) => bed.start('backupProject', [bed.nextProject()]),
  },
  verified: {
    status: 'Completed',
    make: async (bed) => bed.start('verifyProject', [await migrated(bed)]),
  },
  different: {
    status: 'Failed',
    make: async (bed) => bed.start('verifyProject', [await changedTarget(await migrated(bed))]),
  },
  'put-back': {
    status: 'Completed',
    make: async (bed) => {
      const { databaseName } = bed.nextProject();
      const backup = await bed.run('backupProject', bed.nextProject());
      return bed.start('restoreProject', [{ databaseName, backupId: backup.report?.backupId }]);
    },
  },
  fleet: { status: 'Completed', make: (bed) => fleetOf(bed, [bed.nextProject()]) },
  'fleet-continued': {
    status: 'Completed',
    make: async (bed) => firstRunOf(bed, await fleetOf(bed, two(bed))),
  },
  'fleet-gone-on': { status: 'Completed', make: (bed) => fleetOf(bed, two(bed)) },
  'fleet-with-a-failure': {
    status: 'Completed',
    make: async (bed) => fleetOf(bed, [await changedTarget(bed.nextProject()), bed.nextProject()]),
  },
  'fleet-stopped': {
    status: 'Failed',
    make: async (bed) =>
      fleetOf(bed, [await changedTarget(bed.nextProject())], { limits: { maxFailures: 0 } }),
  },
  reconciled: {
    status: 'Completed',
    make: async (bed) => {
      await terminatedRun(bed);
      return bed.start('reconcile', [{}]);
    },
  },
  'restored-after-termination': {
    status: 'Failed',
    make: async (bed) => {
      const { workflowId } = await terminatedRun(bed);
      await (await bed.start('reconcile', [{}])).result();
      return bed.temporal.workflow.getHandle(workflowId);
    },
  },
};
