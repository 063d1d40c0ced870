import type { Client } from '../postgres/database-client';
import { sameFingerprint, type Fingerprint } from '../../workflows/domain/fingerprint';
import type { Manifest } from '../../workflows/domain/manifest';
import { PROJECT_SCHEMAS } from '../../workflows/domain/names';
import type { TableDrift } from '../../workflows/domain/report';
import { readTables } from '../postgres/catalog/tables';
import { fingerprint } from '../postgres/fingerprint';
import { selectList } from '../postgres/projection';
import type { WantedProject } from '../postgres/scope/known-refs';
import { projectRows } from '../save/project-rows';

/** Fingerprints the project's rows as the source holds them now, with the manifest's seed and projection. */
export async function fingerprintSource(
  client: Client,
  manifest: Manifest,
  wanted: Omit<WantedProject, 'tenancy'>,
): Promise<ReadonlyMap<string, Fingerprint>> {
  const found = new Map<string, Fingerprint>();
  if (manifest.tenancy === undefined) return found;
  const tables = await readTables(client, PROJECT_SCHEMAS);
  const selected = await projectRows(client, tables, { ...wanted, tenancy: manifest.tenancy });
  for (const { facts, where } of selected) {
    const content = manifest.contents.find((candidate) => candidate.table === facts.table);
    if (content === undefined) continue;
    const selection = { table: facts.table, expressions: selectList(content.columns), where };
    found.set(facts.table, await fingerprint(client, selection, manifest.seed));
  }
  return found;
}

/** The tables whose rows in scope are not what the snapshot saw. */
export function driftOf(
  manifest: Manifest,
  source: ReadonlyMap<string, Fingerprint>,
): readonly TableDrift[] {
  return manifest.contents.flatMap(({ table, rows, digest }) => {
    const now = source.get(table);
    if (now === undefined || sameFingerprint(now, { rows, digest })) return [];
    return [{ table, manifest: { rows, digest }, source: now }];
  });
}
