import type { Problem } from '../../workflows/domain/plan';
import type { Connections } from '../postgres/connections';
import { tryLock } from '../postgres/fence';
import { lockPlace } from '../postgres/maintenance';

/** Tells whether another run is writing for this project or into this database right now. */
export async function lockProblems(
  connections: Connections,
  names: {
    readonly connection: string;
    readonly projectRef: string;
    readonly databaseName: string;
  },
): Promise<readonly Problem[]> {
  const free = await connections.with(lockPlace(names.connection), (client) =>
    tryLock(client, names, 'exclusive'),
  );
  if (free) return [];
  return [
    {
      code: 'busy',
      message: `another run works on project "${names.projectRef}" or on database "${names.databaseName}" right now`,
    },
  ];
}
