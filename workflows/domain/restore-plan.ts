import type { Extent } from './extent';
import type { Interrupted } from './interrupted';
import type { NextStep } from './next-steps';
import type { Origin } from './origin';
import type {
  DatabaseIdentity,
  MarkerBefore,
  Problem,
  SettingName,
  TargetState,
  Unreached,
} from './plan';
import type { ProjectIdentity } from './request';
import type { Timing } from './timing';

/** What stands in a target and gives way to a restore; it is backed up first. */
export interface Overwritten {
  /** The rows in auth and storage. */
  readonly rows: number;
  /** The completed migration that they came with, if the target's marker names one. */
  readonly holds?:
    (Origin & { readonly projectRef: string; readonly completedAt: string }) | undefined;
}

/** What a restore from a backup will do, and everything that blocks it. */
export interface RestorePlan {
  readonly project: ProjectIdentity;
  readonly backupId: string;
  /** What the backup holds. */
  readonly backup: Origin & { readonly rows: number; readonly tables: number };
  readonly overwrites?: Overwritten | undefined;
  readonly format: 'json' | 'copy';
  readonly extent: Extent;
  readonly target: DatabaseIdentity;
  readonly targetBefore: TargetState;
  readonly markerBefore?: MarkerBefore | undefined;
  /** A closed run of this project whose marker stands in the target: it is restored before all else. */
  readonly pending?: Interrupted | undefined;
  readonly unfinishedRun?: string | undefined;
  readonly createRoles?: readonly string[] | undefined;
  readonly leftOutSettings?: readonly SettingName[] | undefined;
  /** Reported, not enforced. */
  readonly warnings: readonly Problem[];
  readonly nextSteps?: readonly NextStep[] | undefined;
  readonly unreached?: Unreached | undefined;
  /** The database that the backup was taken from, and the configured source if it answers. */
  readonly sources: readonly DatabaseIdentity[];
  readonly problems: readonly Problem[];
  readonly timing?: Timing | undefined;
  /** How many sessions of a step read or write rows. */
  readonly jobs?: number | undefined;
  readonly host?: string | undefined;
}

/** What a verification will compare, and everything that blocks it. */
export interface VerificationPlan {
  readonly project: ProjectIdentity;
  readonly backupId: string;
  readonly extent: Extent;
  readonly target: DatabaseIdentity;
  /** Absent if the source could not be reached: then drift is not checked. */
  readonly source?: DatabaseIdentity | undefined;
  /** The databases that are never the target: the source now, and the one that was backed up. */
  readonly sources: readonly DatabaseIdentity[];
  readonly onDrift: 'report' | 'fail';
  readonly timing?: Timing | undefined;
  /** How many sessions of a step read or write rows. */
  readonly jobs?: number | undefined;
  readonly warnings: readonly Problem[];
  readonly host?: string | undefined;
  readonly problems: readonly Problem[];
}

/** What a backup on its own will save, and everything that blocks it. */
export interface BackupPlan {
  readonly project: ProjectIdentity;
  readonly source: DatabaseIdentity;
  readonly target: DatabaseIdentity;
  readonly format: 'json' | 'copy';
  readonly problems: readonly Problem[];
  readonly timing?: Timing | undefined;
  /** How many sessions of a step read or write rows. */
  readonly jobs?: number | undefined;
  readonly host?: string | undefined;
}
