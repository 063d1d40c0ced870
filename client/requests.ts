import * as z from 'zod/mini';
import { migrationWorkflowId } from '../workflows/domain/names';
import {
  backupRequestSchema,
  migrateAllRequestSchema,
  migrateRequestSchema,
  reconcileRequestSchema,
  restoreRequestSchema,
  verifyRequestSchema,
} from '../workflows/domain/request';
import { UsageError } from './fault';

/** The request of a migration, and of its plan. */
export type MigrateInput = z.input<typeof migrateRequestSchema>;
export type BackupInput = z.input<typeof backupRequestSchema>;
/** The request of a restore, and of its plan. */
export type RestoreInput = z.input<typeof restoreRequestSchema>;
export type VerifyInput = z.input<typeof verifyRequestSchema>;
export type MigrateAllInput = z.input<typeof migrateAllRequestSchema>;
export type ReconcileInput = z.input<typeof reconcileRequestSchema>;

/** What can be asked for: the request of each workflow. */
export interface Requests {
  readonly migrateProject: MigrateInput;
  readonly planProject: MigrateInput;
  readonly backupProject: BackupInput;
  readonly restoreProject: RestoreInput;
  readonly planRestore: RestoreInput;
  readonly verifyProject: VerifyInput;
  readonly migrateAll: MigrateAllInput;
  readonly reconcile: ReconcileInput;
}

/** What is asked of Temporal: one workflow, its input and how it is called there. */
export interface Request {
  readonly workflowType: keyof Requests;
  readonly workflowId: string;
  /** Checked by the schema that the workflow will use, with its defaults filled in. */
  readonly input: Readonly<Record<string, unknown>>;
  /** One line for lists: `project-abc → project_abc_db`. */
  readonly summary: string;
  /** What has not happened if the request is refused: `the plan could not be made`. */
  readonly undone: string;
}

type Input = Readonly<Record<string, unknown>>;

type ReadRequest =
  | { readonly error: z.core.$ZodError }
  | { readonly request: Omit<Request, 'workflowType'>; readonly error?: undefined };

/** How a workflow is called that is asked for with a valid input; `now` is in epoch millis. */
interface Naming<Valid> {
  readonly workflowId: (input: Valid, now: number) => string;
  readonly summary: (input: Valid) => string;
  readonly undone: (input: Valid) => string;
}

function kind<Schema extends z.core.$ZodType<Input>>(
  schema: Schema,
  naming: Naming<z.output<Schema>>,
) {
  return (asked: unknown, now: number): ReadRequest => {
    const { success, error, data } = z.safeParse(schema, asked);
    if (!success) return { error };
    const workflowId = naming.workflowId(data, now);
    const [summary, undone] = [naming.summary(data), naming.undone(data)];
    return { request: { workflowId, input: data, summary, undone } };
  };
}

interface MovedProject {
  readonly projectRef: string;
  readonly databaseName?: string | undefined;
}

const moveOf = ({ projectRef, databaseName }: MovedProject): string =>
  `${projectRef} → ${databaseName ?? 'its configured database'}`;

/** Everything that can be asked for. A workflow id without a time lets only one such run be at work. */
const KINDS: Readonly<Record<keyof Requests, (asked: unknown, now: number) => ReadRequest>> = {
  migrateProject: kind(migrateRequestSchema, {
    workflowId: ({ projectRef }) => migrationWorkflowId(projectRef),
    summary: moveOf,
    undone: () => 'the migration was not started',
  }),
  planProject: kind(migrateRequestSchema, {
    workflowId: ({ projectRef }, now) => `plan-project/${projectRef}-${now}`,
    summary: (input) => `${moveOf(input)}: the plan`,
    undone: () => 'the plan could not be made',
  }),
  backupProject: kind(backupRequestSchema, {
    workflowId: ({ projectRef }, now) => `backup-project/${projectRef}-${now}`,
    summary: ({ projectRef }) => `${projectRef} → a backup`,
    undone: () => 'the backup was not started',
  }),
  restoreProject: kind(restoreRequestSchema, {
    workflowId: ({ databaseName }) => `restore-project/${databaseName}`,
    summary: ({ backupId, databaseName }) => `${backupId} → ${databaseName}`,
    undone: () => 'the restore was not started',
  }),
  planRestore: kind(restoreRequestSchema, {
    workflowId: ({ databaseName }, now) => `plan-restore/${databaseName}-${now}`,
    summary: ({ backupId, databaseName }) => `${backupId} → ${databaseName}: the plan`,
    undone: () => 'the plan could not be made',
  }),
  verifyProject: kind(verifyRequestSchema, {
    workflowId: ({ projectRef }, now) => `verify-project/${projectRef}-${now}`,
    summary: ({ projectRef, backupId }) => `${projectRef} = ${backupId ?? 'its backup'}?`,
    undone: () => 'the verification was not started',
  }),
  migrateAll: kind(migrateAllRequestSchema, {
    workflowId: ({ failedOf }) => (failedOf === undefined ? 'migrate-all' : 'retry-failed'),
    summary: ({ failedOf, file }) => {
      if (failedOf !== undefined)
        return `what failed last in ${failedOf === 'any' ? 'any run' : failedOf}`;
      return file === undefined ? 'every configured project' : `every project of ${file}`;
    },
    undone: ({ failedOf }) =>
      `the list of ${failedOf === undefined ? '' : 'failed '}projects could not be made`,
  }),
  reconcile: kind(reconcileRequestSchema, {
    workflowId: ({ projectRef }) =>
      projectRef === undefined ? 'reconcile' : `restore-pending/${projectRef}`,
    summary: ({ projectRef = 'all projects', abandon }) =>
      `${projectRef}: what runs left behind${abandon === undefined ? '' : ' is accepted as it stands'}`,
    undone: ({ projectRef }) =>
      projectRef === undefined
        ? 'what runs left behind could not be looked for'
        : `nothing of ${projectRef} was restored`,
  }),
};

/** Who asks, for messages about fields that cannot be taken. */
export interface FieldWords {
  readonly now: number;
  readonly wordsOf: (issue: z.core.$ZodIssue) => string;
}

/** Makes a request. Throws one `UsageError` that names every field that cannot be taken. */
export function readRequest(
  workflowType: keyof Requests,
  asked: object,
  { now, wordsOf }: FieldWords,
): Request {
  const read = KINDS[workflowType](asked, now);
  if (read.error === undefined) return { workflowType, ...read.request };
  throw new UsageError(read.error.issues.map(wordsOf).join('; '));
}

/**
 * Makes a program's request into what Temporal is asked for. Throws one `UsageError` that names every field
 * that cannot be taken. `now` is in epoch millis.
 */
export function requestFor<Type extends keyof Requests>(
  workflowType: Type,
  asked: Requests[Type],
  now: number,
): Request {
  const wordsOf = ({ path, message }: z.core.$ZodIssue): string =>
    `${[workflowType, ...path].join('.')}: ${message}`;
  return readRequest(workflowType, asked, { now, wordsOf });
}

/** The input of a run that was started by anybody, as `Request.input` would hold it. */
export function inputAsRequested(workflowType: keyof Requests, input: unknown): unknown {
  const read = KINDS[workflowType](input, 0);
  return read.error === undefined ? read.request.input : undefined;
}
