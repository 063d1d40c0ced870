import type { Content, SequenceState } from '../../workflows/domain/manifest';
import { analyze } from '../postgres/rows/load';
import { placeSequences } from '../postgres/catalog/sequences';
import type { Client } from '../postgres/session/database-client';

/** What of a backup is set after its rows are loaded. */
export interface Finalizing {
  readonly sequences: readonly SequenceState[];
  readonly contents: readonly Content[];
}

/**
 * Sets sequences to where they stood and gathers the tables' statistics, in the caller's transaction.
 */
export async function finalizeRows(
  client: Client,
  { sequences, contents }: Finalizing,
): Promise<void> {
  await placeSequences(client, sequences);
  await analyze(
    client,
    contents.map(({ table }) => table),
  );
}
