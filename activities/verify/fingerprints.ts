import { sameFingerprint } from '../../workflows/domain/report';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import { populatedTables, NOTHING } from '../postgres/catalog/populated';
import { readTables, type TableFacts } from '../postgres/catalog/tables';
import { generatedExpressions } from '../postgres/rows/generated';
import {
  fingerprints,
  type Selection,
  type SelectionFingerprint,
} from '../postgres/rows/fingerprint';
import { selectListAtTarget } from '../postgres/rows/projection';
import { sideBySide } from '../postgres/session/side-by-side';
import type { Sessions } from '../postgres/session/transaction';

/** What a target holds, table by table, with the manifest's own seed and projection. */
export type Fingerprints = ReadonlyMap<string, SelectionFingerprint>;

/**
 * Fingerprints every table of the manifest whole, so that a row too many is found as well; its generated
 * columns, if it has all of them, in the same scan. A table that is missing, or that lacks a column, has no
 * fingerprint. The sessions share the tables, the largest first.
 */
export async function fingerprintTarget(
  sessions: Sessions,
  manifest: Manifest,
  at: (table: string) => void,
): Promise<Fingerprints> {
  const [client] = sessions;
  const present = await readTables(client, manifest.extent);
  const complete = manifest.contents.filter((content) => problemOf(content, present) === undefined);
  const holding = await populatedTables(
    client,
    complete.map(({ table }) => ({ table, where: 'true' })),
  );
  const request = { contents: complete, seed: manifest.seed, at };
  return fingerprintTables(sessions, request, (content) => ({
    table: content.table,
    expressions: selectListAtTarget(content.columns),
    generated: generatedOf(content, present),
    where: holding.has(content.table) ? 'true' : NOTHING,
  }));
}

/** How many sessions find something to do where the tables are fingerprinted: small tables go together. */
export function usefulSessions({ contents }: Manifest, most: number): number {
  return Math.max(1, Math.min(most, inGroups(contents).length));
}

function generatedOf(
  content: Content,
  present: readonly TableFacts[],
): readonly string[] | undefined {
  const columns = content.generated?.columns ?? [];
  if (problemOf({ ...content, columns }, present) !== undefined) return undefined;
  return generatedExpressions(content, columns);
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

/** Says what a database lacks of a table that the manifest has; `undefined` if it lacks nothing. */
export function problemOf(
  { table, columns }: Content,
  present: readonly TableFacts[],
): string | undefined {
  const facts = present.find((candidate) => candidate.table === table);
  if (facts === undefined) return 'the table is missing';
  const names = new Set(facts.columns.map(({ name }) => name));
  const missing = columns.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  return missing.length === 0 ? undefined : `missing columns: ${missing.join(', ')}`;
}

/**
 * Tables whose rows are equal and whose generated columns are not, or are missing: a file does not hold these,
 * the target computed them again.
 */
export function generatedDifferences(manifest: Manifest, found: Fingerprints): readonly string[] {
  const differing = new Set(differingTables(manifest, found));
  return manifest.contents
    .filter(
      ({ table, generated }) =>
        generated !== undefined &&
        !differing.has(table) &&
        found.get(table)?.generated !== generated.digest,
    )
    .map(({ table }) => `generated columns of ${table} differ`);
}

/** Tables with no more rows than these together are asked for in one message. */
export const FEW_ROWS = 20_000;

/** Which tables, with which seed, and whom to tell if it is. */
export interface FingerprintRequest {
  readonly contents: readonly Content[];
  readonly seed: string;
  readonly at?: ((table: string) => void) | undefined;
  /** Waits until more may be read; left out, it always may. */
  readonly awaitTurn?: (() => Promise<void>) | undefined;
}

/** Fingerprints of the tables by name, each by its own selection; small tables go together, large ones first. */
export async function fingerprintTables(
  sessions: Sessions,
  { contents, seed, at, awaitTurn }: FingerprintRequest,
  select: (content: Content) => Selection,
): Promise<Fingerprints> {
  const found = await sideBySide(sessions, inGroups(contents), async (client, group) => {
    await awaitTurn?.();
    if (group[0] !== undefined) at?.(group[0].table);
    const prints = await fingerprints(client, group.map(select), seed);
    return group.flatMap(({ table }, i): readonly (readonly [string, SelectionFingerprint])[] => {
      const print = prints[i];
      return print === undefined ? [] : [[table, print]];
    });
  });
  return new Map(found.flat());
}

/** The largest first, with at most `FEW_ROWS` rows to a group of several. */
function inGroups(contents: readonly Content[]): readonly (readonly Content[])[] {
  const groups: Content[][] = [];
  let rows = Infinity;
  for (const content of [...contents].sort((a, b) => b.rows - a.rows)) {
    const last = groups.at(-1);
    if (last === undefined || rows + content.rows > FEW_ROWS) {
      groups.push([content]);
      rows = content.rows;
    } else {
      last.push(content);
      rows += content.rows;
    }
  }
  return groups;
}
