import type { ProjectIdentity } from './request';

/** How the rows of one table that belong to the project are told. */
export type ScopeKind = 'root' | 'owned' | 'shared' | 'bookkeeping' | 'excluded';

export interface PlannedTable {
  /** `schema.table`. */
  readonly table: string;
  readonly scope: ScopeKind;
  /** The rule in words: the key path, or the reason of an exclusion. */
  readonly rule: string;
  /** Rows of the whole table by the planner's statistics; the project's share is not above it. */
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
}

/** One database, told apart from every other on every server. */
export interface DatabaseIdentity {
  /** Name of the configured connection; only the worker can turn it into a URL. */
  readonly connection: string;
  readonly database: string;
  /** Decimal text of `pg_control_system().system_identifier`. */
  readonly systemIdentifier: string;
  readonly oid: number;
  /** As `server_version_num`, for example 150018. */
  readonly serverVersion: number;
}

/** What the plan saw at the target, and what a restore drives back to. */
export type TargetState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'empty'; readonly oid: number }
  | { readonly kind: 'filled'; readonly oid: number; readonly rows: number };

export interface Problem {
  /** Short stable name, for machines. */
  readonly code: string;
  readonly message: string;
}

/** What will be done, and everything that speaks against it. Nothing was touched to make it. */
export interface Plan {
  readonly project: ProjectIdentity;
  readonly source: DatabaseIdentity;
  /** The target's server; `oid` is 0 where the database does not exist yet. */
  readonly target: DatabaseIdentity;
  readonly targetBefore: TargetState;
  readonly users: number;
  readonly buckets: number;
  readonly tables: readonly PlannedTable[];
  readonly format: 'json' | 'copy';
  /** Any of these ends the run with nothing touched. */
  readonly problems: readonly Problem[];
  /** Said, not enforced: what stays behind, what to look at. */
  readonly warnings: readonly Problem[];
  readonly replace: boolean;
  /** The run whose unfinished mark stands in the target, where one does. */
  readonly unfinishedRun?: string | undefined;
  readonly onDrift: 'report' | 'fail';
}
