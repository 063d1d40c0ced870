import { type Client, type QueryResult, DatabaseError } from 'pg';
import { snapshotBegan, snapshotEnded, snapshotShared } from '../catalog/cache';
import { runBatch } from './batch';
import { z } from 'zod';
import type { Connections } from './connections';
import type { DatabaseRef } from './database-ref';
import type { RowVersions } from '../../../workflows/domain/manifest';
import { literal } from '../identifiers';
import { SEARCH_PUBLIC } from './settings';

type Mode = 'read-snapshot' | 'write';

/** A transaction and what it begins with, in one message. */
export interface Beginning {
  readonly mode: Mode;
  readonly first: readonly string[];
}

const BEGIN = {
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
  'read-snapshot': 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const;

/**
 * Runs `use` in one transaction, committed when it returns; it gets the results of the first statements.
 * When it throws, the caller closes the session, which rolls back: a ROLLBACK would wait behind a COPY
 * that no one reads any more.
 */
export async function transaction<T>(
  client: Client,
  how: Mode | Beginning,
  use: (first: readonly QueryResult[]) => Promise<T>,
): Promise<T> {
  const { mode, first } = typeof how === 'string' ? { mode: how, first: [] } : how;
  const [, ...results] = await runBatch(client, [BEGIN[mode], ...first]);
  if (mode === 'read-snapshot') snapshotBegan(client);
  const result = await use(results);
  await client.query('COMMIT');
  if (mode === 'read-snapshot') await snapshotEnded(client);
  return result;
}

/** A session in a read-only snapshot, which others can join. */
export interface Snapshot {
  readonly client: Client;
  /** Where the snapshot stands in the write-ahead log. */
  readonly lsn: string;
  /** What a later snapshot tells changed rows by. */
  readonly rowVersions: RowVersions;
}

/** Sessions that see one and the same snapshot. */
export type Sessions = readonly [Client, ...Client[]];

/**
 * Names the running server, in a word that changes when it is started, and when it starts itself again after
 * a crash: that resets its statistics. While it stays the same, a later snapshot sees all that an earlier one saw,
 * and no transaction number is given twice; after a crash or a restore either can be otherwise.
 */
export const RUNNING_SERVER = `concat_ws('/', extract(epoch FROM pg_postmaster_start_time()),
    extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time()))`;

const STANDING = `
  SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
               ELSE pg_current_wal_lsn() END)::text AS lsn,
         pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, ${RUNNING_SERVER} AS server`;

const standingRow = z.object({ lsn: z.string(), xmin: z.string(), server: z.string() });

/** Runs `use` in a read-only `REPEATABLE READ` snapshot. */
export async function withSnapshot<T>(
  connections: Connections,
  databaseRef: DatabaseRef,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return connections.with(databaseRef, (client) =>
    transaction(client, { mode: 'read-snapshot', first: [STANDING] }, ([found]) => {
      const { lsn, ...rowVersions } = standingRow.parse(found?.rows[0]);
      return use({ client, lsn, rowVersions });
    }),
  );
}

/** A session's snapshot that was exported as `id`, and how many sessions shall see it, with the owner. */
export interface ExportedSnapshot {
  readonly databaseRef: DatabaseRef;
  readonly owner: Client;
  readonly id: string;
  readonly count: number;
}

/** Runs `use` with the owner of a snapshot and further read-only sessions over it, as long as `use` runs. */
export async function alongside<T>(
  connections: Connections,
  { databaseRef, owner, id, count }: ExportedSnapshot,
  use: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  const first = [`SET TRANSACTION SNAPSHOT ${literal(id)}`, SEARCH_PUBLIC];
  const join = (sessions: Sessions): Promise<T> => {
    if (sessions.length >= count) return use(sessions);
    return connections.with(databaseRef, (client) =>
      transaction(client, { mode: 'read-snapshot', first }, () => {
        snapshotShared(owner, client);
        return join([...sessions, client]);
      }),
    );
  };
  return join([owner]);
}

/**
 * The same for a snapshot that is not exported yet, which only more than one session needs. The owner must not be
 * under a savepoint.
 */
export async function withJoinedSessions<T>(
  connections: Connections,
  place: Omit<ExportedSnapshot, 'id'>,
  use: (sessions: Sessions) => Promise<T>,
): Promise<T> {
  if (place.count <= 1) return use([place.owner]);
  return alongside(connections, { ...place, id: await exportSnapshot(place.owner) }, use);
}

const exportedRow = z.object({ id: z.string() });

/** Names the snapshot of the session's transaction for other sessions; good until that transaction ends. */
export async function exportSnapshot(client: Client): Promise<string> {
  const { rows } = await client.query('SELECT pg_export_snapshot() AS id');
  return exportedRow.parse(rows[0]).id;
}

/** A statement that PostgreSQL refused, and for which reason. */
export interface Refusal {
  readonly sqlstate: string;
}

/**
 * Runs `use` inside the session's open transaction and gives what it gave. Where PostgreSQL refuses
 * with one of the SQLSTATEs, gives the refusal instead, and the transaction with its snapshot is as
 * good as before. Any other error is thrown.
 */
export async function underSavepoint<T>(
  client: Client,
  sqlstates: readonly string[],
  use: () => Promise<T>,
): Promise<{ readonly result: T } | Refusal> {
  await client.query('SAVEPOINT check_point');
  try {
    const result = await use();
    await client.query('RELEASE SAVEPOINT check_point');
    return { result };
  } catch (error) {
    const sqlstate = error instanceof DatabaseError ? (error.code ?? '') : '';
    if (!sqlstates.includes(sqlstate)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT check_point');
    return { sqlstate };
  }
}
