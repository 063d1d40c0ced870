import type { Client } from '../postgres/session/database-client';
import type { Fingerprint } from '../../workflows/domain/report';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import { readTables } from '../postgres/catalog/tables';
import { NOTHING } from '../postgres/catalog/populated';
import { selectList } from '../postgres/rows/projection';
import type { ProjectRules } from '../../workflows/domain/project-rules';
import { readProjectScope } from '../postgres/scope/project-scope';
import { unchangedTables } from '../postgres/rows/row-versions';
import { FEW_ROWS, problemOf, fingerprintTables } from './fingerprints';

/** One table of the manifest as the source has it now. */
export interface SourceTable {
  /** The rows in scope, as a predicate. */
  readonly where: string;
  /** Absent if the source cannot be read the same way any more. */
  readonly print?: Fingerprint | undefined;
  /** Whether its rows are known to be those of the backup without a fingerprint. */
  readonly isUnchanged?: boolean | undefined;
  readonly note?: string | undefined;
}

/** The tables of the manifest as the source has them now; empty if no source was asked for. */
export type SourceTables = ReadonlyMap<string, SourceTable>;

/**
 * Reads the project's rows as the source holds them now: large tables first by row versions, and if these do
 * not prove that nothing changed, as small ones by fingerprint, with the manifest's seed and projection.
 */
export async function fingerprintSource(
  client: Client,
  manifest: Manifest,
  project: ProjectRules,
  awaitTurn?: () => Promise<void>,
): Promise<SourceTables> {
  const found = new Map<string, SourceTable>();
  const { extent, contents, seed } = manifest;
  if (manifest.tenancy === undefined) return found;
  const present = await readTables(client, extent);
  const listed = new Set(manifest.tables);
  const tables = present.filter(({ table }) => listed.has(table));
  for (const { table } of present) {
    if (!listed.has(table))
      found.set(table, { where: 'false', note: 'the backup has no such table' });
  }
  // No rule need cover what the source has come to have since.
  const held = new Set(contents.flatMap(({ table, rows }) => (rows > 0 ? [table] : [])));
  const presumed = (table: string): boolean => held.has(table);
  const scope = await readProjectScope(client, tables, project, presumed);
  const whereOf = new Map(scope.tables.map(({ facts, where }) => [facts.table, where]));
  const complete: Content[] = [];
  for (const content of contents) {
    const { table } = content;
    const where = whereOf.get(table);
    const missing = where === undefined ? 'the table is missing' : problemOf(content, tables);
    if (missing === undefined) complete.push(content);
    found.set(table, { where: where ?? NOTHING, note: missing });
  }
  const whereIs = ({ table }: Content): string => whereOf.get(table) ?? NOTHING;
  const large = complete.filter((one) => one.rows > FEW_ROWS && whereIs(one) !== NOTHING);
  const unchanged = await unchangedTables(
    client,
    manifest,
    large.map((content) => ({ content, where: whereIs(content) })),
    awaitTurn,
  );
  for (const content of large.filter(({ table }) => unchanged.has(table)))
    found.set(content.table, { where: whereIs(content), isUnchanged: true });
  const changed = complete.filter(({ table }) => !unchanged.has(table));
  const asking = { contents: changed, seed, awaitTurn };
  const prints = await fingerprintTables([client], asking, (content) => ({
    table: content.table,
    expressions: selectList(content.columns),
    where: whereIs(content),
  }));
  for (const [table, print] of prints)
    found.set(table, { where: whereOf.get(table) ?? NOTHING, print });
  return found;
}
