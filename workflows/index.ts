export { backupProject } from './backup-project';
export { migrateAll } from './migrate-all';
export { migrateProject } from './migrate-project';
export { restoreProject } from './restore-project';
export { verifyProject } from './verify-project';
