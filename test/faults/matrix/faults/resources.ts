import { ROLE } from '../../ground/lane';
import { runAt } from '../../ground/sessions';
import { smallDiskObstacle } from '../../ground/small-disk';
import type { Fault } from '../fault';

const diskFull = (which: 'backups' | 'target'): Fault => ({
  name: which === 'backups' ? 'disk full for backups' : 'disk full for target',
  obstacle: smallDiskObstacle,
  strike: ({ lane, release }) => {
    lane.disks?.[which].fill();
    release();
    return Promise.resolve();
  },
  fix: ({ lane }) => {
    lane.disks?.[which].empty();
    return Promise.resolve();
  },
});

const privilegeLost = (side: 'source' | 'target'): Fault => ({
  name: `privilege lost on ${side}`,
  strike: async ({ lane, release }) => {
    await runAt(lane[side].server.url(), `ALTER ROLE ${ROLE} NOSUPERUSER`);
    release();
  },
  fix: ({ lane }) => runAt(lane[side].server.url(), `ALTER ROLE ${ROLE} SUPERUSER`),
});

/** Everything that moveout needs and is suddenly not given. */
export const RESOURCE_FAULTS: readonly Fault[] = [
  diskFull('backups'),
  diskFull('target'),
  privilegeLost('source'),
  privilegeLost('target'),
];
