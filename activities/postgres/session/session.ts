import type { Client } from 'pg';
import { LRUCache } from 'lru-cache';
import type { Findings } from '../../../workflows/domain/findings';
import type { SessionPool } from './pool';
import type { Manners } from './startup';
import type { Facts } from './urls';

/** Milliseconds; what can change at any time is not believed for longer. */
const MINUTE = 60_000;

/** What a source answered, and when (epoch millis); without words moveout may read on. */
export interface ThrottleAnswer {
  readonly at: number;
  readonly waitsFor: string | undefined;
}

/**
 * What a worker has learned of its servers, for its later attempts. An attempt without one learns it again. The
 * keys are names and checksums, never URLs.
 */
export class ServerMemory {
  /** How sessions come about, by the checksum of a URL. */
  readonly manners = new Map<string, Manners>();
  /** Which database for maintenance took a session last; not for longer, since all processes should come to the same one. */
  readonly maintenance = new LRUCache<string, string>({ max: 1_000, ttl: MINUTE });
  /** What sources answered their throttle last, by the checksum of a URL. */
  readonly throttled = new Map<string, ThrottleAnswer>();
  /** What a connection's sessions turned out to be: true for every project of a fleet. */
  readonly poolers = new LRUCache<string, Findings>({ max: 1_000, ttl: MINUTE });
}

/** How one attempt's sessions are called in `pg_stat_activity`, and what ends them. */
export interface Session {
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** Stands before every session that may write: it throws if the attempt has been replaced. */
  readonly guard?: ((client: Client) => Promise<void>) | undefined;
  /** Where sessions come from and go to that are used again; without it every session is a new backend. */
  readonly pool?: SessionPool | undefined;
  /** What the worker has learned of its servers; left out, it is learned again. */
  readonly memory?: ServerMemory | undefined;
  /** What is known of the connections besides their URLs. */
  readonly facts?: Facts | undefined;
  /** How long its sessions wait for a lock; left out, half a minute. */
  readonly lockWait?: string | undefined;
}
