import type { z } from 'zod';
import { migrationWorkflowId, type WorkflowType } from '../workflows/domain/names';
import {
  backupRequestSchema,
  migrateAllRequestSchema,
  migrateRequestSchema,
  reconcileRequestSchema,
  restoreRequestSchema,
  verifyRequestSchema,
} from '../workflows/domain/request';
import { FLEET_FLAGS, type FlagName, type Flags } from './flags';

/** What can be asked for. */
export type Mode =
  | 'migrate'
  | 'all'
  | 'retry'
  | 'backup'
  | 'restore'
  | 'restorePlan'
  | 'verify'
  | 'plan'
  | 'reconcile';

/** One thing that can be asked for: which flags say something to it, and what becomes of them. */
interface ModeKind {
  readonly workflowType: WorkflowType;
  /** The flags it takes, beside those that say where things are and how to answer. */
  readonly flags: readonly FlagName[];
  readonly schema: z.ZodType<Readonly<Record<string, unknown>>>;
  /** `now` in epoch millis makes ids of runs that may stand side by side. */
  readonly workflowId: (flags: Flags, now: number) => string;
  readonly summary: (flags: Flags) => string;
  /** What has not happened where the request is refused: `the plan could not be made`. */
  readonly undone: string;
}

const PROJECT = ['projectRef', 'database', 'owner'] as const;

const refOf = ({ projectRef }: Flags): string => projectRef ?? '';

const moveOf = (flags: Flags): string =>
  `${refOf(flags)} → ${flags.database ?? 'its configured database'}`;

/** Everything that can be asked for, each as one workflow. */
export const MODES: Readonly<Record<Mode, ModeKind>> = {
  migrate: {
    workflowType: 'migrateProject',
    flags: [...PROJECT, 'replace', 'onDrift'],
    schema: migrateRequestSchema,
    workflowId: (flags) => migrationWorkflowId(refOf(flags)),
    summary: moveOf,
    undone: 'the migration was not started',
  },
  all: {
    workflowType: 'migrateAll',
    flags: ['all', 'file', ...FLEET_FLAGS],
    schema: migrateAllRequestSchema,
    workflowId: () => 'migrate-all',
    summary: ({ file }) =>
      file === undefined ? 'every configured project' : `every project of ${file}`,
    undone: 'the list of projects could not be made',
  },
  retry: {
    workflowType: 'migrateAll',
    flags: ['of', ...FLEET_FLAGS],
    schema: migrateAllRequestSchema,
    workflowId: () => 'retry-failed',
    summary: ({ of }) => `what failed last in ${of ?? 'any run'}`,
    undone: 'the list of failed projects could not be made',
  },
  backup: {
    workflowType: 'backupProject',
    flags: ['backupOnly', ...PROJECT],
    schema: backupRequestSchema,
    workflowId: (flags, now) => `backup-project/${refOf(flags)}-${now}`,
    summary: (flags) => `${refOf(flags)} → a backup`,
    undone: 'the backup was not started',
  },
  restore: {
    workflowType: 'restoreProject',
    flags: ['restore', 'backup', 'database', 'replace'],
    schema: restoreRequestSchema,
    workflowId: ({ database }) => `restore-project/${database ?? ''}`,
    summary: ({ restore, backup, database }) => `${restore ?? backup ?? ''} → ${database ?? ''}`,
    undone: 'the restore was not started',
  },
  restorePlan: {
    workflowType: 'planRestore',
    flags: ['dryRun', 'restore', 'backup', 'database', 'replace'],
    schema: restoreRequestSchema,
    workflowId: ({ database }, now) => `plan-restore/${database ?? ''}-${now}`,
    summary: ({ restore, backup, database }) =>
      `${restore ?? backup ?? ''} → ${database ?? ''}: the plan`,
    undone: 'the plan could not be made',
  },
  verify: {
    workflowType: 'verifyProject',
    flags: ['verifyOnly', ...PROJECT, 'backup', 'onDrift'],
    schema: verifyRequestSchema,
    workflowId: (flags, now) => `verify-project/${refOf(flags)}-${now}`,
    summary: ({ projectRef, backup }) => `${projectRef ?? ''} = ${backup ?? 'its backup'}?`,
    undone: 'the verification was not started',
  },
  reconcile: {
    workflowType: 'reconcile',
    flags: [],
    schema: reconcileRequestSchema,
    workflowId: () => 'reconcile',
    summary: () => 'what runs left that were ended from outside',
    undone: 'the runs that were ended from outside could not be looked for',
  },
  plan: {
    workflowType: 'planProject',
    flags: ['dryRun', ...PROJECT, 'replace', 'onDrift'],
    schema: migrateRequestSchema,
    workflowId: (flags, now) => `plan-project/${refOf(flags)}-${now}`,
    summary: (flags) => `${moveOf(flags)}: the plan`,
    undone: 'the plan could not be made',
  },
};
