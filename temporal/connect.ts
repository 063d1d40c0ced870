import { Client, Connection } from '@temporalio/client';
import { KnownError } from '../workflows/domain/known-error';
import { temporalProblem } from '../workflows/domain/temporal-problem';
import type { Reachable } from './settings';
import { assertReachable, clientOptions } from './reach';

/**
 * Makes a client. Rejects with one message: at once if a setting is what is wrong, else when the server has not
 * answered for ten seconds.
 */
export async function connectClient(reachable: Reachable): Promise<Client> {
  await assertReachable(reachable);
  const { namespace, connectionOptions } = reachable;
  try {
    const connection = await Connection.connect(clientOptions(reachable));
    return new Client({ connection, namespace });
  } catch (error) {
    const words = temporalProblem(error)?.words ?? 'it does not answer any more';
    const message = `the Temporal server at ${connectionOptions.address} cannot be used: ${words}`;
    throw new KnownError('ServerUnavailable', message, { cause: error });
  }
}
