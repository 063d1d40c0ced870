import type { Connections } from '../postgres/connections';
import { busy, tryLock } from '../postgres/fence';
import { serverPlace } from '../postgres/maintenance';

/**
 * Refuses while another run is writing for this project or into this database. Asked first: a look into
 * the target would wait for that run's own locks.
 */
export async function assertNobodyWrites(
  connections: Connections,
  names: {
    readonly connection: string;
    readonly projectRef: string;
    readonly databaseName: string;
  },
): Promise<void> {
  const free = await connections.with(serverPlace(names.connection), (client) =>
    tryLock(client, names, 'exclusive'),
  );
  if (!free) throw busy(names);
}
