import type { Fingerprint } from '../../workflows/domain/fingerprint';
import type { Content } from '../../workflows/domain/manifest';
import type { Client } from '../postgres/database-client';
import { fingerprints, type Selection } from '../postgres/fingerprint';

/** Tables with no more rows than these together are asked for in one message. */
const FEW_ROWS = 20_000;

/** Which tables, with which seed, and whom to tell where it is. */
export interface Asking {
  readonly contents: readonly Content[];
  readonly seed: string;
  readonly at?: ((table: string) => void) | undefined;
}

/** Fingerprints of the tables by name, each by its own selection; small tables go together. */
export async function fingerprintTables(
  client: Client,
  { contents, seed, at }: Asking,
  select: (content: Content) => Selection,
): Promise<ReadonlyMap<string, Fingerprint>> {
  const found = new Map<string, Fingerprint>();
  for (const group of grouped(contents)) {
    if (group[0] !== undefined) at?.(group[0].table);
    const prints = await fingerprints(client, group.map(select), seed);
    prints.forEach((print, i) => found.set(group[i]?.table ?? '', print));
  }
  return found;
}

/** In their order, with at most `FEW_ROWS` rows to a group of several. */
function grouped(contents: readonly Content[]): readonly (readonly Content[])[] {
  const groups: Content[][] = [];
  let rows = Infinity;
  for (const content of contents) {
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
