import type { z } from 'zod';
import type { WorkflowType } from '../workflows/domain/names';
import { fleetInput } from './fleet-flags';
import { ALL_FLAGS, typed, type FlagName, type Flags } from './flags';
import { MODES, type Mode } from './modes';
import { UsageError } from './fault';

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

/** The flags that say where things are and how to answer; every mode takes them. */
export const PLACE_FLAGS = ['connectionString', 'backupDir', 'config', 'json', 'debug'] as const;

const SWITCHES = [
  ['all', 'all'],
  ['backupOnly', 'backup'],
  ['restore', 'restore'],
  ['verifyOnly', 'verify'],
  ['dryRun', 'plan'],
] as const;

/** Tells which mode the flags ask for. Throws `UsageError` where they ask for two at once. */
export function modeOf(flags: Flags): Mode {
  const [first, second, third] = SWITCHES.filter(([flag]) => flags[flag] !== undefined);
  const isPlan = first?.[0] === 'restore' && second?.[0] === 'dryRun' && third === undefined;
  if (isPlan) return 'restorePlan';
  if (first === undefined) return 'migrate';
  if (second === undefined) return first[1];
  const names = `${typed(first[0])} and ${typed(second[0])}`;
  throw new UsageError(`${names} contradict each other: give one of them`);
}

/**
 * Makes a request from flags. Throws one `UsageError` that names the flag: one that the mode does not
 * take, one that is missing, or those whose values the workflow would refuse. `now` is in epoch millis.
 */
export function requestOf(mode: Mode, flags: Flags, now: number): Request {
  assertTaken(mode, flags);
  const { workflowType, workflowId, summary } = MODES[mode];
  const input = inputFor(mode, flags);
  return {
    workflowType,
    workflowId: workflowId(flags, now),
    input,
    summary: summary(flags),
    projectRef: flags.projectRef,
    databaseName: flags.database,
  };
}

/**
 * The input that flags make for a mode, with the defaults filled in. Throws one `UsageError` that names
 * those whose values the workflow would refuse; flags that say nothing to the mode are not looked at.
 */
export function inputFor(mode: Mode, flags: Flags): Request['input'] {
  const parsed = MODES[mode].schema.safeParse(inputOf(mode, flags));
  if (!parsed.success) throw new UsageError(wordsOf(parsed.error, mode, flags));
  return parsed.data;
}

function assertTaken(mode: Mode, flags: Flags): void {
  const taken: ReadonlySet<string> = new Set([...MODES[mode].flags, ...PLACE_FLAGS]);
  const foreign = namesOf(flags).filter((name) => !taken.has(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => typed(name)).join(' and ');
    throw new UsageError(`${names} says nothing to ${WHAT[mode]}: leave it out`);
  }
  if (flags.restore !== undefined && flags.backup !== undefined) {
    throw new UsageError('--restore and --backup both name a backup: give one of them');
  }
}

function namesOf(flags: Flags): readonly FlagName[] {
  return ALL_FLAGS.filter((name) => flags[name] !== undefined);
}

const WHAT: Readonly<Record<Mode, string>> = {
  migrate: 'a migration',
  all: '--all',
  retry: 'retry-failed',
  backup: 'a backup on its own',
  restore: 'a restore',
  restorePlan: 'the plan of a restore',
  verify: 'a verification',
  plan: 'a plan',
  reconcile: 'reconcile',
};

/** The fields that each flag becomes, as far as the mode's schema knows them. */
function inputOf(mode: Mode, flags: Flags): Readonly<Record<string, unknown>> {
  const { replace, onDrift } = flags;
  const project = {
    projectRef: flags.projectRef,
    databaseName: flags.database,
    ownerUserId: flags.owner,
  };
  // Who cancels at the terminal was told that what runs is put back.
  const fleet = (): object => ({ ...fleetInput(flags), cancelRunning: true });
  const restore = (): object => ({
    backupId: flags.restore ?? flags.backup,
    databaseName: flags.database,
    replace,
  });
  const inputs: Readonly<Record<Mode, () => object>> = {
    migrate: () => ({ ...project, replace, onDrift }),
    plan: () => ({ ...project, replace, onDrift }),
    all: () => ({ ...fleet(), file: flags.file }),
    retry: () => ({ ...fleet(), failedOf: flags.of ?? 'any' }),
    backup: () => project,
    restore,
    restorePlan: restore,
    verify: () => ({ ...project, backupId: flags.backup, onDrift }),
    reconcile: () => ({}),
  };
  return withoutUndefined(inputs[mode]());
}

function withoutUndefined(input: object): Readonly<Record<string, unknown>> {
  const present = Object.entries(input).filter(
    ([, value]: [string, unknown]) => value !== undefined,
  );
  return Object.fromEntries(present);
}

function wordsOf(error: z.ZodError, mode: Mode, flags: Flags): string {
  return error.issues
    .map((issue) => {
      const flag = flagOf(String(issue.path[0]), flags);
      if (issue.code !== 'invalid_type') return `${flag} ${issue.message}`;
      const others =
        mode === 'migrate' && flag === '--project-ref'
          ? ', or --all for every configured project'
          : '';
      return `${flag} is missing: ${WHAT[mode]} needs it${others}`;
    })
    .join('; ');
}

function flagOf(field: string, flags: Flags): string {
  const names = new Map<string, string>([
    ['projectRef', typed('projectRef')],
    ['databaseName', typed('database')],
    ['ownerUserId', typed('owner')],
    ['backupId', flags.restore === undefined ? typed('backup') : typed('restore')],
    ['onDrift', typed('onDrift')],
    ['replace', typed('replace')],
    ['failedOf', typed('of')],
    ['file', typed('file')],
  ]);
  return names.get(field) ?? field;
}
