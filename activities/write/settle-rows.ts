import type { Content, Manifest, SequenceState } from '../../workflows/domain/manifest';
import { analyze } from '../postgres/analyze';
import { placeSequence, setSequence } from '../postgres/catalog/sequences';
import type { Client } from '../postgres/database-client';

/** What of a backup is settled behind its rows. */
export interface Settling {
  readonly sequences: readonly SequenceState[];
  readonly contents: readonly Content[];
}

/**
 * Puts sequences beyond every value present and gathers the tables' statistics, in the caller's
 * transaction. A target's own rows come back with its sequences exactly as they stood.
 */
export async function settleRows(
  client: Client,
  { kind }: Manifest,
  { sequences, contents }: Settling,
): Promise<void> {
  const set = kind === 'target' ? placeSequence : setSequence;
  for (const sequence of sequences) await set(client, sequence);
  await analyze(
    client,
    contents.map(({ table }) => table),
  );
}
