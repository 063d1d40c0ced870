import type { z } from 'zod';
import { migrationWorkflowId, type WorkflowType } from '../workflows/domain/names';
import {
  backupRequestSchema,
  migrateAllRequestSchema,
  migrateRequestSchema,
  restoreRequestSchema,
  verifyRequestSchema,
} from '../workflows/domain/request';
import { FLAG_NAMES, type FlagName, type Flags } from './flags';
import { UsageError } from './usage-error';

/** What is asked of Temporal: one workflow, its input and how it is called there. */
export interface Request {
  readonly workflowType: WorkflowType;
  readonly workflowId: string;
  /** Checked by the schema that the workflow will use, with its defaults filled in. */
  readonly input: Readonly<Record<string, unknown>>;
  /** One line for lists: `project-abc → project_abc_db`. */
  readonly summary: string;
  readonly projectRef?: string | undefined;
  readonly databaseName?: string | undefined;
}

/** What can be asked for, and as which workflow. */
export const MODES = ['migrate', 'all', 'backup', 'restore', 'verify', 'plan'] as const;

export type Mode = (typeof MODES)[number];

/** The flags that say something to a mode, beside those that say where things are. */
export const MODE_FLAGS: Readonly<Record<Mode, readonly FlagName[]>> = {
  migrate: ['projectRef', 'database', 'owner', 'replace', 'onDrift'],
  all: ['all', 'replace', 'onDrift'],
  backup: ['backupOnly', 'projectRef', 'database', 'owner'],
  restore: ['restore', 'database', 'replace'],
  verify: ['verifyOnly', 'projectRef', 'database', 'owner', 'backup', 'onDrift'],
  plan: ['dryRun', 'projectRef', 'database', 'owner', 'replace', 'onDrift'],
};

/** The flags that say where things are and how to answer; every mode takes them. */
export const PLACE_FLAGS = ['connectionString', 'backupDir', 'config', 'json'] as const;

const SWITCHES = [
  ['all', 'all'],
  ['backupOnly', 'backup'],
  ['restore', 'restore'],
  ['verifyOnly', 'verify'],
  ['dryRun', 'plan'],
] as const;

/** Tells which mode the flags ask for. Throws `UsageError` where they ask for two at once. */
export function modeOf(flags: Flags): Mode {
  const asked = SWITCHES.filter(([flag]) => flags[flag] !== undefined);
  const [first, second] = asked;
  if (first === undefined) return 'migrate';
  if (second === undefined) return first[1];
  throw new UsageError(`${FLAG_NAMES[first[0]]} and ${FLAG_NAMES[second[0]]} contradict each other: give one of them`);
}

/**
 * Makes a request from flags. Throws one `UsageError` that names the flag: one that the mode does not
 * take, one that is missing, or one whose value the workflow would refuse. `now` is in epoch millis.
 */
export function requestOf(mode: Mode, flags: Flags, now: number): Request {
  assertTaken(mode, flags);
  assertNamed(mode, flags);
  const { projectRef, database, owner, restore } = flags;
  const project = { projectRef, databaseName: database, ownerUserId: owner };
  const { replace, onDrift } = flags;
  const named = { projectRef, databaseName: database };
  const whole = projectRef ?? '';
  const summary = `${whole} → ${database ?? 'its configured database'}`;
  switch (mode) {
    case 'migrate':
      return { workflowType: 'migrateProject', workflowId: migrationWorkflowId(whole), input: checked(migrateRequestSchema, { ...project, replace, onDrift }), summary, ...named };
    case 'plan':
      return { workflowType: 'planProject', workflowId: `plan-project/${whole}-${now}`, input: checked(migrateRequestSchema, { ...project, replace, onDrift }), summary: `${summary}: the plan`, ...named };
    case 'all':
      return { workflowType: 'migrateAll', workflowId: 'migrate-all', input: checked(migrateAllRequestSchema, { replace, onDrift }), summary: 'every configured project' };
    case 'backup':
      return { workflowType: 'backupProject', workflowId: `backup-project/${whole}-${now}`, input: checked(backupRequestSchema, project), summary: `${whole} → a backup`, ...named };
    case 'restore':
      return { workflowType: 'restoreProject', workflowId: `restore-project/${database ?? ''}`, input: checked(restoreRequestSchema, { backupId: restore, databaseName: database, replace }), summary: `${restore ?? ''} → ${database ?? ''}`, databaseName: database };
    case 'verify':
      return { workflowType: 'verifyProject', workflowId: `verify-project/${whole}-${now}`, input: checked(verifyRequestSchema, { ...project, backupId: flags.backup, onDrift }), summary: `${whole} = its backup?`, ...named };
  }
}
