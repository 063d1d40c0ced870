import type { Client } from '../postgres/database-client';
import type { Manifest } from '../../workflows/domain/manifest';
import type { Problem } from '../../workflows/domain/plan';
import { readIdentity } from '../postgres/catalog/identity';
import { readTables } from '../postgres/catalog/tables';
import { readMark } from '../postgres/fence';
import { targetPlace } from '../postgres/maintenance';
import { readMarkedLeftOut } from '../postgres/catalog/marks';
import {
  carriedFacts,
  closedFacts,
  compareDatabaseFacts,
  parseDatabaseFacts,
  readDatabaseFacts,
  recallDifferences,
} from '../postgres/schema';
import {
  fingerprintTarget,
  generatedDifferences,
  lackOf,
  type Fingerprints,
} from './compare-target';
import { orphanDifferences } from './orphans';
import { compareSequences } from './sequences';
import { unlistedDifferences, unlistedTables, type UnlistedTable } from './unlisted-tables';
import type { Verification } from './verification';

/** The target in one snapshot, as far as it can be told without looking at single rows. */
export interface TargetView {
  readonly prints: Fingerprints;
  /** What the target lacks of a table, by table. */
  readonly lacks: ReadonlyMap<string, string>;
  readonly unlisted: readonly UnlistedTable[];
  /** Differences beside the rows of the manifest's tables. */
  readonly differences: readonly string[];
  /** What is worth knowing and no difference. */
  readonly notes: readonly Problem[];
}

/** Reads the target in the session's snapshot, and its schema. */
export async function viewTarget(verification: Verification, client: Client): Promise<TargetView> {
  const { manifest, meter } = verification;
  const prints = await fingerprintTarget(client, manifest, (table) => {
    meter.at(table);
  });
  const generated = await generatedDifferences(client, manifest, prints);
  const unlisted = await unlistedTables(client, manifest);
  const sequences = await compareSequences(client, manifest);
  const isEmpty = (table: string): boolean => prints.get(table)?.rows === 0;
  const orphans = await orphanDifferences(client, manifest.extent, isEmpty);
  const schema = await schemaDifferences(verification, client);
  const database = await databaseDifferences(client, manifest);
  const present = await readTables(client, manifest.extent);
  const lacks = new Map<string, string>();
  for (const content of manifest.contents) {
    const lack = lackOf(content, present);
    if (lack !== undefined) lacks.set(content.table, lack);
  }
  return {
    prints,
    lacks,
    unlisted,
    differences: [
      ...generated,
      ...schema,
      ...database,
      ...unlistedDifferences(unlisted),
      ...sequences.differences,
      ...orphans,
    ],
    notes: sequences.notes,
  };
}

/** Grants and settings of a database count where moveout created it; one that stood before has its own. */
async function databaseDifferences(client: Client, manifest: Manifest): Promise<readonly string[]> {
  const mark = await readMark(client);
  const { oid } = await readIdentity(client, '');
  if (mark?.createdDatabase !== true || mark.databaseOid !== oid) return [];
  const recorded = parseDatabaseFacts(manifest.database);
  const carried = carriedFacts(recorded, await readMarkedLeftOut(client));
  // Clients are let in by the very transaction that completes the run.
  const expected = mark.state === 'completed' ? carried : closedFacts(carried);
  return compareDatabaseFacts(expected, await readDatabaseFacts(client));
}

/** Not only where the digests differ: these do not say whether constraints are enforced. */
async function schemaDifferences(
  { connections, job, manifest, store }: Verification,
  client: Client,
): Promise<readonly string[]> {
  const place = targetPlace(job.target, 'read');
  const snapshot = await store.readText(manifest.backupId, manifest.schema.snapshot.file);
  const { unreached } = job;
  const looking = { client, connections, place };
  return recallDifferences(looking, manifest.extent, { snapshot, unreached });
}
