import type { Client } from '../postgres/database-client';
import { sameFingerprint, type Fingerprint } from '../../workflows/domain/fingerprint';
import type { Manifest } from '../../workflows/domain/manifest';
import { PROJECT_SCHEMAS } from '../../workflows/domain/names';
import { countOrphans, readForeignKeys } from '../postgres/catalog/foreign-keys';
import { largestValue, readSequences } from '../postgres/catalog/sequences';
import { readTables } from '../postgres/catalog/tables';
import { fingerprint } from '../postgres/fingerprint';
import { selectListAtTarget } from '../postgres/projection';

/** What a target holds, table by table, with the manifest's own seed and projection. */
export type Fingerprints = ReadonlyMap<string, Fingerprint>;

/** Fingerprints every table of the manifest whole, so that a row too many is found as well. */
export async function fingerprintTarget(
  client: Client,
  manifest: Manifest,
  at: (table: string) => void,
): Promise<Fingerprints> {
  const present = await presentColumns(client);
  const found = new Map<string, Fingerprint>();
  for (const { table, columns } of manifest.contents) {
    at(table);
    const has = present.get(table);
    if (has === undefined || columns.some((column) => !has.has(column.name))) continue;
    const selection = { table, expressions: selectListAtTarget(columns), where: 'true' };
    found.set(table, await fingerprint(client, selection, manifest.seed));
  }
  return found;
}

/** Tables of the manifest whose content at the target is not what the manifest says; a missing table differs. */
export function differingTables(manifest: Manifest, found: Fingerprints): readonly string[] {
  return manifest.contents
    .filter((content) => {
      const there = found.get(content.table);
      return there === undefined || !sameFingerprint(there, content);
    })
    .map((content) => content.table);
}

/** Sequences that would hand out a value again, or that stand behind where the backup saw them. */
export async function sequenceDifferences(
  client: Client,
  manifest: Manifest,
): Promise<readonly string[]> {
  const here = new Map((await readSequences(client, PROJECT_SCHEMAS)).map((s) => [s.sequence, s]));
  const differences: string[] = [];
  for (const recorded of manifest.sequences) {
    const state = here.get(recorded.sequence);
    if (state === undefined) {
      differences.push(`sequence ${recorded.sequence} is missing`);
      continue;
    }
    const largest = await largestValue(client, recorded.ownedBy);
    if (next(state) <= largest)
      differences.push(
        `sequence ${recorded.sequence} would give out values that ${recorded.ownedBy} holds`,
      );
    if (next(state) < next(recorded))
      differences.push(`sequence ${recorded.sequence} stands behind the backup`);
  }
  return differences;
}

/** Foreign keys of the schemas with rows that point at nothing. */
export async function orphanDifferences(client: Client): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const key of await readForeignKeys(client, PROJECT_SCHEMAS)) {
    const orphans = await countOrphans(client, key);
    if (orphans > 0)
      differences.push(
        `foreign key ${key.name} on ${key.table}: ${String(orphans)} rows point at nothing`,
      );
  }
  return differences;
}

/** The value that the next `nextval` gives, for an increment of one. */
function next(state: { readonly lastValue: string; readonly isCalled: boolean }): bigint {
  return BigInt(state.lastValue) + (state.isCalled ? 1n : 0n);
}

async function presentColumns(client: Client): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const tables = await readTables(client, PROJECT_SCHEMAS);
  return new Map(
    tables.map((facts) => [facts.table, new Set(facts.columns.map((column) => column.name))]),
  );
}
