import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { configuredTemporal } from '../../temporal/settings';
import { connectClient } from '../../temporal/connect';
import { joinRunning } from '../../local/embedded/join';
import { stateFolder } from '../../local/embedded/state-folder';
import { UsageError } from '../fault';

/** A Temporal whose workers are somebody else's. */
interface Reached {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

/**
 * Reaches the configured Temporal, else the local one of a script that runs in this folder now. Throws
 * one message where there is neither.
 */
export async function reachTemporal(): Promise<Reached> {
  const reachable = configuredTemporal(process.env);
  if (reachable !== undefined) {
    const client = await connectClient(reachable);
    return { client, close: () => client.connection.close() };
  }
  const state = stateFolder(process.env);
  const server = await joinRunning({ state, script: randomUUID() });
  if (server === undefined) {
    throw new UsageError(
      `no Temporal is configured (TEMPORAL_ADDRESS), and no script runs with the state folder ${state.folder}: there is no fleet to look at`,
    );
  }
  const client = await connectClient({
    connectionOptions: { address: server.address },
    namespace: 'default',
  });
  const close = async (): Promise<void> => {
    await client.connection.close();
    await server.leave();
  };
  return { client, close };
}
