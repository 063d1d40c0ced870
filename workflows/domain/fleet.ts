import type { Limits } from './limits';
import type { Problem } from './plan';
import type { MigrateAllRequest } from './request';

/** How one project of a fleet ended. */
export const FLEET_OUTCOMES = [
  'migrated',
  'already-migrated',
  'restored',
  'refused',
  'parked',
  'busy',
  'cancelled',
  'terminated',
  'timed-out',
  'failed',
] as const;

export type FleetOutcome = (typeof FLEET_OUTCOMES)[number];

export type Counts = Readonly<Record<FleetOutcome, number>>;

/** How one project of a fleet ended. */
export interface FleetEntry {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly outcome: FleetOutcome;
  readonly backupId?: string | undefined;
  readonly rows?: number | undefined;
  readonly problems: readonly Problem[];
}

/** One project of a frozen inventory, with everything resolved that the configuration says of it. */
export interface FleetProject {
  readonly ref: string;
  readonly database: string;
  readonly owner?: string | undefined;
  /** Names of the configured connections. */
  readonly source: string;
  readonly target: string;
  /** Users and objects, counted when the inventory was frozen: how much there is to move. */
  readonly rows: number;
  /** How many of its users and buckets other projects claim too, if one statement counted that for all projects. */
  readonly overlap?: { readonly users: number; readonly buckets: number } | undefined;
  /** Whether the fleet waits for its success before it starts any that is no canary. */
  readonly canary?: boolean | undefined;
  /** If it is tried again: how its last migration ended, in at most 300 characters. */
  readonly reason?: string | undefined;
}

/** A project that is migrated again, and how its last migration ended. */
export interface Retried {
  readonly projectRef: string;
  readonly databaseName: string;
  /** One line: the outcome and the first words of its failure. */
  readonly reason: string;
}

/** From where to where projects are moved: names of connections. */
export interface Route {
  readonly source: string;
  readonly target: string;
}

/** The template databases that were made for one route of a fleet; one that was there already is not among them. */
export interface PreparedTemplates {
  /** Name of the connection that they are on. */
  readonly target: string;
  readonly made: readonly string[];
}

/** Projects that were migrated before a fleet began, out of one source, and when their snapshots were taken. */
export interface MigratedBefore {
  /** The names that the source had then. */
  readonly connection: string;
  readonly database: string;
  readonly projects: number;
  /** ISO 8601 in UTC. */
  readonly firstSnapshot: string;
  readonly lastSnapshot: string;
}

/** What stands of a fleet's inventory next to the backup, except for the list itself. */
export interface WrittenFleet {
  readonly fleetId: string;
  /** Where the list is; for people. */
  readonly path: string;
  /** SHA-256 (hex) of the list: a page of another list is refused. */
  readonly sha256: string;
  /** Projects to move, canaries among them. */
  readonly total: number;
  readonly canaries: number;
  /** Projects that carry their completed marker already, and are not on the list. */
  readonly alreadyMigrated: number;
  /** Refs that the request left out. */
  readonly excluded?: readonly string[] | undefined;
  /** Where the rows of those come from, by source. */
  readonly migratedBefore?: readonly MigratedBefore[] | undefined;
  /** The rows of all projects on the list. */
  readonly rows: number;
  /** The limits that hold: the request's, else the configured ones. */
  readonly limits: Limits;
}

/** What a fleet knows of its inventory. */
export interface FrozenFleet extends WrittenFleet {
  /** The host whose backup directory has it: its workers alone can read it and write next to it. */
  readonly host?: string | undefined;
  /** If only failed projects are migrated again: the first fifty of them. */
  readonly retried?: readonly Retried[] | undefined;
  /** The pairs of servers between which projects are moved, each once; the hundred with most projects. */
  readonly routes: readonly Route[];
}

/** How a fleet as a whole ended. */
export type FleetEnding = 'migrated' | 'incomplete' | 'stopped' | 'cancelled';

/** The result of `migrateAll`. */
export interface FleetReport {
  readonly fleetId: string;
  /** `migrated` when every project is, now or before; `stopped` by a limit or by an operator. */
  readonly outcome: FleetEnding;
  /** Why nothing more was started, if that was before the end of the list. */
  readonly stoppedBy?: string | undefined;
  readonly total: number;
  /** The projects that were migrated before it began: out of which source, and of which time. */
  readonly migratedBefore?: readonly MigratedBefore[] | undefined;
  /** Refs that the request left out. */
  readonly excluded?: readonly string[] | undefined;
  /** Projects of the list that were never started. */
  readonly notStarted?: number | undefined;
  readonly counts: Counts;
  /** How often each failure of the closed table occurred. */
  readonly failures: Readonly<Record<string, number>>;
  /** Projects in the order they ended: all of a small fleet; of a large one some, the failed ones first of all. */
  readonly projects: readonly FleetEntry[];
  /** Ended projects that are not among them; the record next to the inventory has them all. */
  readonly leftOut: number;
  readonly record: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** What a fleet is doing. */
export type FleetState =
  'freezing' | 'running' | 'paused' | 'outside its window' | 'stopping' | 'continuing' | 'ended';

/** A project that is on its way. */
export interface Running {
  readonly projectRef: string;
  readonly workflowId: string;
  readonly startedAt: string;
}

/** The answer to the query `progress` of a fleet, and to its Updates. */
export interface FleetProgress {
  readonly fleetId: string;
  readonly state: FleetState;
  readonly total: number;
  readonly waiting: number;
  readonly running: readonly Running[];
  readonly counts: Counts;
  readonly failures: Readonly<Record<string, number>>;
  readonly projects: readonly FleetEntry[];
  readonly leftOut: number;
  /** If only failed projects are migrated again: the first fifty of them. */
  readonly retried?: readonly Retried[] | undefined;
  readonly migratedBefore?: readonly MigratedBefore[] | undefined;
  readonly limits?: Limits | undefined;
  /** Outside its window: when it opens, ISO 8601 in UTC. */
  readonly opensAt?: string | undefined;
  readonly stoppedBy?: string | undefined;
  readonly startedAt: string;
  /** When the last project will have ended, if all goes on as before. */
  readonly expectedEnd?: string | undefined;
}

/** What `freezeFleet` is asked for: a request of `migrateAll`, under the id of its fleet. */
export interface FreezeOrder {
  readonly fleetId: string;
  readonly request: MigrateAllRequest;
}

/** Some projects of a frozen list, from a position on. */
export interface PageOrder {
  readonly fleetId: string;
  readonly sha256: string;
  readonly offset: number;
  readonly count: number;
}

/** Ended projects, written down once under the number of their part, whatever is tried again. */
export interface RecordOrder {
  readonly fleetId: string;
  readonly part: number;
  readonly entries: readonly FleetEntry[];
}

/** Whether a fleet may start projects now, and when (epoch millis) that changes. */
export interface WindowState {
  readonly isOpen: boolean;
  readonly changesAt: number;
}
