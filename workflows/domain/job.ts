import type { Extent } from './extent';
import type { DatabaseIdentity, MarkerBefore, SettingName, TargetState, Unreached } from './plan';
import type { ProjectIdentity } from './request';
import type { Timing } from './timing';

/** All that a writing step needs to know, and to be right from wherever an earlier attempt stopped. */
export interface Job {
  readonly project: ProjectIdentity;
  /** The backup whose files and schema go into the target. */
  readonly backupId: string;
  /** The target's server and name; `oid` is 0 if the plan saw no such database. */
  readonly target: DatabaseIdentity;
  readonly targetBefore: TargetState;
  /** What of the target is handled; all else in it is left alone. */
  readonly extent: Extent;
  /** If the target held something: its own rows, saved before the first write. */
  readonly targetBackupId?: string | undefined;
  /** The marker that the plan saw in the target: no other than that one gives way. */
  readonly markerBefore?: MarkerBefore | undefined;
  /** The run whose unfinished marker the plan saw and the request said to replace. */
  readonly replacesRun?: string | undefined;
  /** Roles that the target's server lacked and the configuration said to create. */
  readonly createRoles?: readonly string[] | undefined;
  /** Settings that a new database does not get. */
  readonly leftOutSettings?: readonly SettingName[] | undefined;
  /** What the target's role cannot set, and therefore is not expected in the target. */
  readonly unreached?: Unreached | undefined;
  /** Databases that are never written, whatever their name. */
  readonly sources: readonly DatabaseIdentity[];
  /** Whether a source is read again at the end, to tell drift. */
  readonly source?: DatabaseIdentity | undefined;
  readonly onDrift: 'report' | 'fail';
  readonly timing?: Timing | undefined;
  /** How many sessions of a step read or write rows, as the plan says; taken by `sessionsOf`. */
  readonly jobs?: number | undefined;
  /** The host that has the backups: workers of it alone can do the steps. */
  readonly host?: string | undefined;
  /** The run whose work this is, where another one finishes it in its place. */
  readonly insteadOf?: RunName | undefined;
}

/** One run of one workflow. */
export interface RunName {
  readonly workflowId: string;
  readonly runId: string;
}

/** One table as a step handled it. */
export interface TableResult {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What a step says when it is done: counts and one line for people. */
export interface StepResult {
  readonly note: string;
  readonly tables: readonly TableResult[];
}

/** What `initSchema` says. */
export interface SchemaResult extends StepResult {
  /** Whether the schema was whole from the beginning: then each step that loads rows also finishes them. */
  readonly cloned?: boolean;
}

/** What `backupProject` says of the backup it wrote. */
export interface BackupResult extends StepResult {
  readonly backupId: string;
  readonly backupPath: string;
  readonly digests: Readonly<Record<string, string>>;
}
