import type { Job } from '../workflows/domain/job';
import { backupProject, type BackupOrder } from './backup-project';
import { backupTarget, type TargetBackupOrder } from './backup-target';
import { completeMigration } from './complete-migration';
import { finishSchema } from './finish-schema';
import { initSchema } from './init-schema';
import { listProjects } from './list-projects';
import { migrateAuth } from './migrate-auth';
import { migrateStorage } from './migrate-storage';
import { planBackup } from './plan-backup';
import { planMigration } from './plan-migration';
import { planRestore } from './plan-restore';
import { planVerification } from './plan-verification';
import type { Resources } from './resources';
import { restoreProject } from './restore-project';
import { restoreRows } from './restore-rows';
import { verifyProject } from './verify-project';

export type { Resources } from './resources';

/** Binds every activity to what the worker opened; each is safe to run twice. */
export function createActivities(resources: Resources) {
  return {
    planMigration: (input: unknown) => planMigration(resources, input),
    planBackup: (input: unknown) => planBackup(resources, input),
    planRestore: (input: unknown) => planRestore(resources, input),
    planVerification: (input: unknown) => planVerification(resources, input),
    listProjects: () => listProjects(resources),
    backupProject: (order: BackupOrder) => backupProject(resources, order),
    backupTarget: (order: TargetBackupOrder) => backupTarget(resources, order),
    initSchema: (job: Job) => initSchema(resources, job),
    migrateAuth: (job: Job) => migrateAuth(resources, job),
    migrateStorage: (job: Job) => migrateStorage(resources, job),
    restoreRows: (job: Job) => restoreRows(resources, job),
    finishSchema: (job: Job) => finishSchema(resources, job),
    verifyProject: (job: Job) => verifyProject(resources, job),
    completeMigration: (job: Job) => completeMigration(resources, job),
    restoreProject: (job: Job) => restoreProject(resources, job),
  };
}

/** All that workflows see of the activities. */
export type Activities = ReturnType<typeof createActivities>;
