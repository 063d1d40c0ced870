import type { Client } from '../postgres/database-client';
import { advanceToken } from '../postgres/fence';
import { targetRef } from '../postgres/maintenance';
import { transaction } from '../postgres/transaction';
import { assertNoSource, type Writer } from '../write/writing';
import { readOwnMarker } from './own-mark';

/**
 * Runs one write transaction in a target that carries this run's mark; elsewhere it does nothing. Answers
 * whether it ran.
 */
export async function withOwnTarget(
  writer: Writer,
  use: (client: Client) => Promise<void>,
): Promise<boolean> {
  if ((await readOwnMarker(writer)) === undefined) return false;
  await writer.connections.with(targetRef(writer.job.target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, writer.job);
      await advanceToken(client, writer.runId, 'any');
      await use(client);
    }),
  );
  return true;
}
