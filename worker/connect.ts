import { NativeConnection, Runtime } from '@temporalio/worker';
import { KnownError } from '../workflows/domain/known-error';
import type { Reachable } from '../temporal/settings';

/** Connects a worker to a Temporal that was just reached. Rejects with one message that names it. */
export async function connectWorker(reachable: Reachable): Promise<NativeConnection> {
  const { connectionOptions } = reachable;
  try {
    return await NativeConnection.connect(connectionOptions);
  } catch (error) {
    // What the core says is for programmers; it keeps the process alive if no one ends it.
    await Runtime.instance().shutdown();
    const message = `the Temporal server at ${connectionOptions.address} does not let a worker connect`;
    throw new KnownError('ServerUnavailable', message, { cause: error });
  }
}
