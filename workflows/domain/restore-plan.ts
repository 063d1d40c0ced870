import type { Extent } from './extent';
import type { NextStep } from './next-steps';
import type { DatabaseIdentity, MarkBefore, Problem, SettingName, TargetState } from './plan';
import type { ProjectIdentity } from './request';
import type { Timing } from './timing';

/** What a restore from a backup will do, and everything that speaks against it. */
export interface RestorePlan {
  readonly project: ProjectIdentity;
  readonly backupId: string;
  readonly format: 'json' | 'copy';
  readonly extent: Extent;
  readonly target: DatabaseIdentity;
  readonly targetBefore: TargetState;
  readonly markBefore?: MarkBefore | undefined;
  readonly unfinishedRun?: string | undefined;
  readonly createRoles?: readonly string[] | undefined;
  readonly leftOutSettings?: readonly SettingName[] | undefined;
  /** Said, not enforced. */
  readonly warnings: readonly Problem[];
  readonly nextSteps?: readonly NextStep[] | undefined;
  /** The database that the backup was taken from, and the configured source where it answers. */
  readonly sources: readonly DatabaseIdentity[];
  readonly problems: readonly Problem[];
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
}

/** What a verification will compare, and everything that speaks against it. */
export interface VerificationPlan {
  readonly project: ProjectIdentity;
  readonly backupId: string;
  readonly extent: Extent;
  readonly target: DatabaseIdentity;
  readonly source: DatabaseIdentity;
  readonly onDrift: 'report' | 'fail';
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
  readonly problems: readonly Problem[];
}

/** What a backup on its own will save, and everything that speaks against it. */
export interface BackupPlan {
  readonly project: ProjectIdentity;
  readonly source: DatabaseIdentity;
  readonly target: DatabaseIdentity;
  readonly format: 'json' | 'copy';
  readonly problems: readonly Problem[];
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
}
