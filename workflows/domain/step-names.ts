/** The steps of a migration in the order they run; `restoreProject` runs only after a failure. */
export const STEPS = [
  'planMigration',
  'backupProject',
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'finishSchema',
  'verifyProject',
  'restoreProject',
] as const;

export type Step = (typeof STEPS)[number];
