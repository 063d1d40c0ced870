import { openToClients } from '../postgres/connect-rights';
import type { Client } from '../postgres/database-client';
import { readOpening } from '../postgres/fence';

/**
 * Lets the clients of a target in again that stood before, in the transaction that restores it; a target that an
 * unfinished run had closed before this one stays closed.
 */
export async function reopen(client: Client): Promise<void> {
  const { opensTo = [], wasClosed } = await readOpening(client);
  if (!wasClosed) await openToClients(client, opensTo);
}
