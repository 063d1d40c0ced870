import { ApplicationFailure } from '@temporalio/common';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { readIdentity } from '../postgres/catalog/identity';
import type { Connections } from '../postgres/connections';

/** Failures that mean: there is no such server or database now, so it cannot be the target either. */
const GONE: ReadonlySet<string> = new Set(['ServerUnavailable', 'NotFound', 'ConfigInvalid']);

/** The identities of the named sources, as far as they answer. */
export async function reachableSources(
  connections: Connections,
  names: readonly string[],
): Promise<readonly DatabaseIdentity[]> {
  const found = await Promise.all(
    names.map((connection) =>
      ifThere(() =>
        connections.with({ connection, access: 'read' }, (client) =>
          readIdentity(client, connection),
        ),
      ),
    ),
  );
  return found.filter((identity) => identity !== undefined);
}

/** What `use` gives; `undefined` where the server or database that it needs is not there now. */
export async function ifThere<T>(use: () => Promise<T>): Promise<T | undefined> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof ApplicationFailure && GONE.has(error.type ?? '')) return undefined;
    throw error;
  }
}
