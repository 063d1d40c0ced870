import type { z } from 'zod';
import type {
  backupRequestSchema,
  migrateAllRequestSchema,
  migrateRequestSchema,
  reconcileRequestSchema,
  restoreRequestSchema,
  verifyRequestSchema,
} from '../workflows/domain/request';

/** The request of a migration, and of its plan. */
export type MigrateRequest = z.input<typeof migrateRequestSchema>;
export type BackupRequest = z.input<typeof backupRequestSchema>;
/** The request of a restore, and of its plan. */
export type RestoreRequest = z.input<typeof restoreRequestSchema>;
export type VerifyRequest = z.input<typeof verifyRequestSchema>;
export type MigrateAllRequest = z.input<typeof migrateAllRequestSchema>;
export type ReconcileRequest = z.input<typeof reconcileRequestSchema>;

/** What can be asked for: the request of each workflow. */
export interface Requests {
  readonly migrateProject: MigrateRequest;
  readonly planProject: MigrateRequest;
  readonly backupProject: BackupRequest;
  readonly restoreProject: RestoreRequest;
  readonly planRestore: RestoreRequest;
  readonly verifyProject: VerifyRequest;
  readonly migrateAll: MigrateAllRequest;
  readonly reconcile: ReconcileRequest;
}
