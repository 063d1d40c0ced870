import type { Client } from './database-client';
import { z } from 'zod';
import { snapshotShared } from './catalog/recollection';
import type { Connections, DatabaseRef } from './connections';
import { literal } from './identifiers';
import { SEARCH_PUBLIC } from './settings';
import { transaction } from './transaction';

/** Two sessions that see one and the same snapshot: one copies, the other fingerprints meanwhile. */
export interface SnapshotPair {
  readonly copying: Client;
  readonly hashing: Client;
  /** Where the snapshot stands in the write-ahead log. */
  readonly lsn: string;
}

const EXPORT = `
  SELECT pg_export_snapshot() AS id,
         (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
               ELSE pg_current_wal_lsn() END)::text AS lsn`;

const snapshotRow = z.object({ id: z.string(), lsn: z.string() });

/** Runs `use` with a pair of read-only sessions over one `REPEATABLE READ` snapshot. */
export async function withSnapshotPair<T>(
  connections: Connections,
  databaseRef: DatabaseRef,
  use: (pair: SnapshotPair) => Promise<T>,
): Promise<T> {
  return connections.with(databaseRef, (copying) =>
    transaction(copying, { mode: 'read-snapshot', first: [EXPORT] }, async ([exported]) => {
      const { id, lsn } = snapshotRow.parse(exported?.rows[0]);
      const first = [`SET TRANSACTION SNAPSHOT ${literal(id)}`, SEARCH_PUBLIC];
      return connections.with(databaseRef, (hashing) =>
        transaction(hashing, { mode: 'read-snapshot', first }, async () => {
          snapshotShared(copying, hashing);
          return use({ copying, hashing, lsn });
        }),
      );
    }),
  );
}
