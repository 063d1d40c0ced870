import { CLONED } from '../target/claim';
import { countOrphans, readForeignKeys, type ForeignKey } from '../postgres/catalog/foreign-keys';
import type { Client } from '../postgres/session/database-client';
import { readMarker } from '../postgres/lease';
import { sideBySide } from '../postgres/session/side-by-side';
import type { Sessions } from '../postgres/session/transaction';
import { differingTables, FEW_ROWS, type Fingerprints } from './fingerprints';
import type { Verification } from './evidence';

/**
 * Foreign keys with rows that point at nothing, each by anti-join, whatever the constraint says of itself;
 * except for those that this run has just built.
 */
export async function orphanDifferences(
  verification: Verification,
  sessions: Sessions,
  prints: Fingerprints,
): Promise<readonly string[]> {
  const [client] = sessions;
  const keys = await readForeignKeys(client, verification.manifest.extent);
  const wasBuilt = await keysJustBuilt(verification, client, prints);
  const isEmpty = (table: string): boolean => prints.get(table)?.rows === 0;
  const open = keys.filter((key) => !isEmpty(key.table) && !wasBuilt(key));
  const shares = sharesOf(open, sessions.length, (key) => prints.get(key.table)?.rows ?? 0);
  const found = await sideBySide(sessions, shares, async (session, share) => {
    const orphans = await countOrphans(session, share);
    return share.flatMap((key, i) => (orphans[i] === 0 ? [] : [{ key, rows: orphans[i] }]));
  });
  const rowsOf = new Map(found.flat().map(({ key, rows }) => [key, rows]));
  return open.flatMap((key) => {
    const rows = rowsOf.get(key);
    if (rows === undefined) return [];
    return [`foreign key ${key.name} on ${key.table}: rows that point at nothing: ${String(rows)}`];
  });
}

/**
 * Tells which keys PostgreSQL has checked over the very rows that are there: `finishSchema` of this run added
 * them behind the rows, which checks every row, whatever the session's replication role. The marker
 * says so: it is this run's and not completed, the step is done, and the schema neither stood before nor came from a
 * template, whose keys were there before the rows. Both tables must have the backup's fingerprints: rows that
 * came or went after the key was built, by whomever, would change these. All else is counted.
 */
async function keysJustBuilt(
  { manifest, job, ownRun }: Verification,
  client: Client,
  prints: Fingerprints,
): Promise<(key: ForeignKey) => boolean> {
  const { targetBefore } = job;
  const stood = targetBefore.kind === 'filled' && targetBefore.rebuild !== true;
  if (ownRun === undefined || stood) return () => false;
  const marker = await readMarker(client);
  const isBuilt =
    marker?.runId === ownRun &&
    marker.state === 'running' &&
    marker.steps.includes('finishSchema') &&
    !marker.steps.includes(CLONED);
  if (!isBuilt) return () => false;
  const differing = new Set(differingTables(manifest, prints));
  const asBackedUp = (table: string): boolean => prints.has(table) && !differing.has(table);
  return ({ table, references, validated }) =>
    validated && asBackedUp(table) && asBackedUp(references);
}

/** Small tables together, a large one by itself. */
function sharesOf(
  keys: readonly ForeignKey[],
  sessions: number,
  rowsOf: (key: ForeignKey) => number,
): readonly (readonly ForeignKey[])[] {
  if (sessions === 1) return [keys];
  const isLarge = (key: ForeignKey): boolean => rowsOf(key) > FEW_ROWS;
  return [...keys.filter(isLarge).map((key) => [key]), keys.filter((key) => !isLarge(key))];
}
