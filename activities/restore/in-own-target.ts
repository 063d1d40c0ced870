import type { Client } from '../postgres/database-client';
import { takeEpoch } from '../postgres/fence';
import { targetPlace } from '../postgres/maintenance';
import { transaction } from '../postgres/transaction';
import { assertNoSource, type Writer } from '../write/writing';
import { ownMark } from './own-mark';

/**
 * Runs one write transaction in a target that carries this run's mark; elsewhere it does nothing. Answers
 * whether it ran.
 */
export async function inOwnTarget(
  writer: Writer,
  use: (client: Client) => Promise<void>,
): Promise<boolean> {
  if ((await ownMark(writer)) === undefined) return false;
  await writer.connections.with(targetPlace(writer.job.target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, writer.job);
      await takeEpoch(client, writer.runId, 'any');
      await use(client);
    }),
  );
  return true;
}
