import { log } from '@temporalio/activity';
import type { Connections } from './postgres/connections';
import { endOtherAttempts } from './postgres/fence';

/**
 * Ends what earlier attempts of a run still read on a server: the snapshots of a stopped worker would
 * hold back its vacuum. They can write nothing, so a server that does not answer keeps nobody waiting.
 */
export async function endEarlierReaders(
  connections: Connections,
  { runId, connection }: { readonly runId: string; readonly connection: string },
): Promise<void> {
  await connections
    .with({ connection, access: 'read' }, (client) => endOtherAttempts(client, [runId]))
    .catch((error: unknown) => {
      log.warn('sessions of earlier attempts may still read', { connection, error: String(error) });
    });
}
