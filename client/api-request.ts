import type { z } from 'zod';
import { MODES, type Mode } from './modes';
import type { Request } from './request';
import { UsageError } from './fault';
import type {
  backupRequestSchema,
  migrateAllRequestSchema,
  migrateRequestSchema,
  reconcileRequestSchema,
  restoreRequestSchema,
  verifyRequestSchema,
} from '../workflows/domain/request';

const MODE_OF: Readonly<Record<keyof Requests, Mode>> = {
  migrateProject: 'migrate',
  planProject: 'plan',
  backupProject: 'backup',
  restoreProject: 'restore',
  planRestore: 'restorePlan',
  verifyProject: 'verify',
  migrateAll: 'all',
  reconcile: 'reconcile',
};

/**
 * Makes a program's request into what Temporal is asked for. Throws one `UsageError` that names every field
 * that cannot be taken. `now` is in epoch millis.
 */
export function requestFor<Type extends keyof Requests>(
  workflowType: Type,
  asked: Requests[Type],
  now: number,
): Request {
  const mode = MODE_OF[workflowType];
  const { schema, workflowId, summary } = MODES[mode];
  const parsed = schema.safeParse(asked);
  if (!parsed.success) throw new UsageError(wordsOf(parsed.error, workflowType));
  const textOf = (field: string): string | undefined => {
    const value = parsed.data[field];
    return typeof value === 'string' ? value : undefined;
  };
  const projectRef = textOf('projectRef');
  const databaseName = textOf('databaseName');
  const flags = {
    ...ifGiven('projectRef', projectRef),
    ...ifGiven('database', databaseName),
    ...ifGiven('backup', textOf('backupId')),
    ...ifGiven('file', textOf('file')),
  };
  return {
    workflowType,
    workflowId: workflowId(flags, now),
    input: parsed.data,
    summary: summary(flags),
    projectRef,
    databaseName,
  };
}

function ifGiven(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}

function wordsOf(error: z.ZodError, workflowType: string): string {
  return error.issues
    .map(({ path, message }) => `${[workflowType, ...path].join('.')}: ${message}`)
    .join('; ');
}

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
