import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { joinRunning } from '../local/embedded/join';
import { stateFolder } from '../local/embedded/state-folder';
import type { Reachable } from '../temporal/settings';
import { UsageError } from './fault';

type UseClient<Result> = (client: Client) => Promise<Result>;

/**
 * Uses the configured Temporal, else the local server of a script that is running in this folder. Throws one message
 * if there is neither.
 */
export async function withRunningTemporal<Result>(use: UseClient<Result>): Promise<Result> {
  const configured = await configuredInEnvironment();
  if (configured !== undefined) return connected(configured, use);
  const state = stateFolder(process.env);
  const server = await joinRunning({ state, script: randomUUID() });
  if (server === undefined) {
    throw new UsageError(
      `no Temporal is configured (TEMPORAL_ADDRESS), and no script is running with the state folder ${state.folder}: there is no fleet to show`,
    );
  }
  try {
    const connectionOptions = { address: server.address };
    return await connected({ connectionOptions, namespace: 'default' }, use);
  } finally {
    await server.leave();
  }
}

/** Uses the configured Temporal. Throws one message if none is, or if it cannot be reached. */
export async function withConfiguredTemporal<Result>(use: UseClient<Result>): Promise<Result> {
  const configured = await configuredInEnvironment();
  if (configured !== undefined) return connected(configured, use);
  throw new UsageError(
    'a schedule needs a Temporal server that keeps running: set TEMPORAL_ADDRESS (the local server ends with its script)',
  );
}

async function configuredInEnvironment(): Promise<Reachable | undefined> {
  const { configuredTemporal } = await import('../temporal/settings.js');
  return configuredTemporal(process.env);
}

async function connected<Result>(reachable: Reachable, use: UseClient<Result>): Promise<Result> {
  const { connectClient } = await import('../temporal/connect.js');
  const client = await connectClient(reachable);
  try {
    return await use(client);
  } finally {
    await client.connection.close();
  }
}
