import type { Client } from '../postgres/database-client';
import type { Problem } from '../../workflows/domain/plan';
import { readTables } from '../postgres/catalog/tables';
import { compareDefinition } from './compare-definition';
import {
  fingerprintTarget,
  generatedDifferences,
  problemOf,
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
  const definition = await compareDefinition(verification, client);
  const present = await readTables(client, manifest.extent);
  const lacks = new Map<string, string>();
  for (const content of manifest.contents) {
    const lack = problemOf(content, present);
    if (lack !== undefined) lacks.set(content.table, lack);
  }
  return {
    prints,
    lacks,
    unlisted,
    differences: [
      ...generated,
      ...definition.differences,
      ...unlistedDifferences(unlisted),
      ...sequences.differences,
      ...orphans,
    ],
    notes: [...definition.notes, ...sequences.notes],
  };
}
