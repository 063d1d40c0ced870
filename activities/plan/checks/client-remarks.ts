import type { TargetClients } from '../../postgres/checks/clients';
import { counted, listed, warning, mergeFindings, type Findings } from './remarks';

/** Names who uses a target that stands already, and says if they cannot be kept out (`target-in-use`, `target-stays-open`). */
export function clientRemarks(database: string, clients: TargetClients): Findings {
  const { sessions, canBeClosed } = clients;
  const roles = listed(
    sessions.map(({ role, count }) => `${role} (${counted(count, 'session')})`),
    ', ',
  );
  const stop = 'stop the services that use it before you start';
  return mergeFindings([
    warning(
      'target-in-use',
      sessions.length === 0
        ? []
        : [
            `these roles are connected to the target "${database}": ${roles}; ${stop}: what they write there during the migration makes it fail, or is lost`,
          ],
    ),
    warning(
      'target-stays-open',
      canBeClosed
        ? []
        : [
            `the target "${database}" belongs to another role, so its clients cannot be kept out during the migration; ${stop}`,
          ],
    ),
  ]);
}
