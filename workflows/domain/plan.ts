import type { Extent } from './extent';
import type { Interrupted } from './interrupted';
import type { NextStep } from './next-steps';
import type { ProjectIdentity } from './request';
import type { Timing } from './timing';

/** How the rows of one table that belong to the project are identified. */
export type ScopeKind = 'root' | 'owned' | 'shared' | 'ephemeral' | 'bookkeeping' | 'excluded';

export interface PlannedTable {
  /** `schema.table`. */
  readonly table: string;
  readonly scope: ScopeKind;
  /** The rule in words: the key path, or the reason of an exclusion. */
  readonly rule: string;
  /** Rows of the whole table by the planner's statistics; absent if there are none and it is too large to count. */
  readonly estimatedRows?: number | undefined;
  readonly estimatedBytes: number;
  /** Rows of the project, counted; absent if problems kept them from being counted. */
  readonly rows?: number | undefined;
  /** Bytes of the project's rows, by the table's average row. */
  readonly bytes?: number | undefined;
}

/** Rows of one table that no project claims, counted. */
export interface UnclaimedRows {
  readonly table: string;
  readonly rows: number;
}

/** How long a migration will take, in seconds, and what that is taken from. */
export interface Estimate {
  readonly seconds: number;
  readonly rowsPerSecond: number;
  readonly basis: string;
}

/** One database, distinguished from every other on every server. */
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

/** What stood in a database's catalog, for telling later that it stands there again. */
export interface CatalogState {
  /** SHA-256 over everything in the catalog. */
  readonly catalog?: string | undefined;
  readonly schemas?: readonly string[] | undefined;
  readonly extensions?: readonly string[] | undefined;
  /** Who besides its owner may connect to it. */
  readonly connect?: readonly string[] | undefined;
}

/** What the plan saw at the target, and the state that a restore returns to. */
export type TargetState =
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'empty'; readonly oid: number } & CatalogState)
  | ({ readonly kind: 'filled'; readonly oid: number } & CatalogState & {
        readonly rows: number;
        /** Whether the schema is another than the source's, and gives way to it. */
        readonly rebuild?: boolean | undefined;
      });

export interface Problem {
  /** Short stable name, for machines. */
  readonly code: string;
  readonly message: string;
}

/** A setting of a database, or of one role in it. Its value may be a secret and is never in a plan. */
export interface SettingName {
  readonly name: string;
  readonly role?: string | undefined;
}

/**
 * Roles that the target's role cannot act as and must not be a member of. What the source has in their
 * name is not set: the plan names the statements with which a superuser sets it afterwards.
 */
export interface Unreached {
  /** The target's role. */
  readonly role: string;
  /** Roles of a superuser's power that own objects; these stay the target role's own. */
  readonly owners: readonly string[];
  /** Roles whose default privileges are left out. */
  readonly defaultPrivilegesOf: readonly string[];
}

/** Whose marker it was, and its fencing token then: a run that has claimed the target since has raised it. */
export interface MarkerBefore {
  readonly runId: string;
  readonly fencingToken: number;
}

/** What will be done, and everything that blocks it. Nothing was touched to make it. */
export interface Plan {
  readonly project: ProjectIdentity;
  readonly source: DatabaseIdentity;
  /** This source and those of other projects that the target could be; none of them is ever written. */
  readonly sources?: readonly DatabaseIdentity[] | undefined;
  /** The target's server; `oid` is 0 if the database does not exist yet. */
  readonly target: DatabaseIdentity;
  readonly targetBefore: TargetState;
  readonly users: number;
  readonly buckets: number;
  readonly tables: readonly PlannedTable[];
  readonly extent: Extent;
  /** Rows that no project claims, table by table; absent if the rules cannot tell. */
  readonly unclaimed?: readonly UnclaimedRows[] | undefined;
  readonly estimate?: Estimate | undefined;
  readonly format: 'json' | 'copy';
  /** Any of these ends the run with nothing touched. */
  readonly problems: readonly Problem[];
  /** Reported, not enforced: what stays behind, what to look at. */
  readonly warnings: readonly Problem[];
  /** What will be left to do by hand, so that a service can start on the new database. */
  readonly nextSteps?: readonly NextStep[] | undefined;
  /** Settings of the source's database that a new database will not have; what freezes it is never carried. */
  readonly leftOutSettings?: readonly SettingName[] | undefined;
  /** Roles that will be created on the target's server, without login. */
  readonly createRoles?: readonly string[] | undefined;
  /** What the target's role cannot set; absent if it can set everything. */
  readonly unreached?: Unreached | undefined;
  readonly replace: boolean;
  /** The marker that the plan saw in the target, finished or not. */
  readonly markerBefore?: MarkerBefore | undefined;
  /** A closed run of this project whose marker stands in the target: it is restored before all else. */
  readonly pending?: Interrupted | undefined;
  /** The run whose unfinished marker stands in the target, if one does. */
  readonly unfinishedRun?: string | undefined;
  readonly onDrift: 'report' | 'fail';
  readonly timing?: Timing | undefined;
  /** How many sessions of a step read or write rows. */
  readonly jobs?: number | undefined;
  /** The host that has the backups: workers of it alone can do the later steps. */
  readonly host?: string | undefined;
}
