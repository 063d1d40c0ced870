import { NO_SCOPES } from '../../../workflows/domain/scopes';
import type { Settings } from '../../../workflows/domain/settings';
import { TIMING } from '../../../workflows/domain/timing';

/** What the small configuration of the README says of a worker; `backup` and all else that differs is given. */
export function plainSettings(own: Pick<Settings, 'backup'> & Partial<Settings>): Settings {
  return {
    source: 'shared',
    target: 'projects',
    tenancy: {
      users: { by: 'app-metadata', key: 'project_ref' },
      buckets: { by: 'id-prefix', separator: '-' },
    },
    scopes: NO_SCOPES,
    createRoles: false,
    sessions: { perProject: 2 },
    timing: TIMING,
    fleet: { limits: {} },
    projects: undefined,
    ...own,
  };
}
