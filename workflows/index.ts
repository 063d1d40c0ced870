export { backupProject } from './backup-project';
export { migrateAll } from './migrate-all';
export { migrateProject } from './migrate-project';
export { planProject } from './plan-project';
export { reconcile } from './reconcile';
export { restoreInterrupted } from './restore-interrupted';
export { restoreProject } from './restore-project';
export { verifyProject } from './verify-project';
