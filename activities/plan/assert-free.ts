import type { Connections } from '../postgres/connections';
import { projectBusy, findLocking } from '../postgres/fence';
import { serverRef } from '../postgres/maintenance';

/**
 * Refuses while another run is writing for this project or into this database. Asked first: a look into
 * the target would wait for that run's own locks. Takes no lock: plans side by side do not refuse each other.
 */
export async function assertNoLeaseHeld(
  connections: Connections,
  names: {
    readonly connection: string;
    readonly projectRef: string;
    readonly databaseName: string;
  },
): Promise<void> {
  const locking = await connections.with(serverRef(names.connection), (client) =>
    findLocking(client, names),
  );
  if (locking !== undefined) throw projectBusy(names, locking);
}
