import type { LimitsChange } from './limits';
import type { Project } from './request';
import type { Scopes } from './scopes';
import type { Tenancy } from './tenancy';
import type { Timing } from './timing';

/** What a worker knows of a connection besides its URL: no secret. */
export interface ConnectionFacts {
  /** Where the URL comes from: the name of an environment variable, or of a flag. */
  readonly from: string;
  /** The database of the server that locks are taken in, and that others are created from. */
  readonly maintenanceDatabase?: string | undefined;
}

/** When reading a source has to wait; at least one limit is set. */
export interface Throttle {
  /** How far any standby may be behind. */
  readonly maxLagBytes?: number | undefined;
  /** How many sessions of others may be active. */
  readonly maxActiveSessions?: number | undefined;
  /** A statement that yields `true` if moveout may read on, else why it waits. */
  readonly query?: string | undefined;
  /** Milliseconds between two questions, at least. */
  readonly every: number;
}

/** What a worker is configured to do, without a secret in it. */
export interface Settings {
  /** Name of the connection that is the source. */
  readonly source: string;
  /** Name of the connection on whose server targets are created. */
  readonly target: string;
  readonly tenancy: Tenancy;
  readonly scopes: Scopes;
  /** Whether roles that the target's server lacks are created there, without login. */
  readonly createRoles: boolean;
  /** By the name of the connection. */
  readonly connections?: Readonly<Record<string, ConnectionFacts>> | undefined;
  /** The studio's projects: listed, found by a query over the source, or not configured. */
  readonly projects: { readonly list: readonly Project[] } | { readonly query: string } | undefined;
  readonly backup: {
    readonly directory: string;
    readonly format: 'auto' | 'json' | 'copy';
    /** How the id of the directory's host begins, if it has none yet. */
    readonly host?: string | undefined;
  };
  /** How many sessions a step has that reads or writes rows. */
  readonly sessions: { readonly perProject: number };
  /** Left out, a source is read as fast as it can be. */
  readonly throttle?: Throttle | undefined;
  readonly timing: Timing;
  readonly fleet: {
    /** What fleets may do if their request does not say it. */
    readonly limits: LimitsChange;
    /** What becomes of the template databases that are made for a fleet. */
    readonly templates?: 'keep' | 'drop' | 'never' | undefined;
  };
}
