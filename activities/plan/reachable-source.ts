import { ApplicationFailure } from '@temporalio/common';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { readIdentity } from '../postgres/catalog/identity';
import type { Connections } from '../postgres/connections';

/** Failures that mean: there is no such server or database now, so it cannot be the target either. */
const GONE: ReadonlySet<string> = new Set(['ServerUnavailable', 'NotFound', 'ConfigInvalid']);

/** The identity of the configured source; `undefined` where it does not answer. */
export async function reachableSource(
  connections: Connections,
  connection: string,
): Promise<DatabaseIdentity | undefined> {
  try {
    return await connections.with({ connection, access: 'read' }, (client) =>
      readIdentity(client, connection),
    );
  } catch (error) {
    if (error instanceof ApplicationFailure && GONE.has(error.type ?? '')) return undefined;
    throw error;
  }
}
