import type { Problem } from '../../workflows/domain/plan';
import type { Settings } from '../../workflows/domain/settings';
import { failure } from '../failure';
import type { Connections } from '../postgres/connections';
import { lockPlace } from '../postgres/maintenance';
import { poolerRemarks } from './checks/pooler-remarks';
import { together } from './checks/remarks';

/**
 * Makes sure that sessions of source and target are sessions, and gives what is worth saying of them.
 * Comes before everything else: behind a transaction pooler no other answer could be trusted.
 */
export async function reachServers(
  connections: Connections,
  { source, target }: Pick<Settings, 'source' | 'target'>,
): Promise<readonly Problem[]> {
  const remarks = [
    await poolerRemarks(connections, { connection: source, access: 'read' }),
    ...(target === source ? [] : [await poolerRemarks(connections, lockPlace(target))]),
  ];
  const { problems, warnings } = together(remarks);
  if (problems.length === 0) return warnings;
  throw failure('ConfigInvalid', problems.map(({ message }) => message).join('; '));
}
