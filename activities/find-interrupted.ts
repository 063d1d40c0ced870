import type { ReconcileRequest } from '../workflows/domain/request';
import type { InterruptedRuns } from '../workflows/domain/interrupted';
import { attempt } from './runtime/attempt';
import { findEndedRuns } from './reconcile/ended-runs';
import { assertKnownProject } from './reconcile/known-project';
import { findMarkedDatabases } from './reconcile/marked-databases';
import { targetServers, together } from './reconcile/servers';
import type { Resources } from './runtime/resources';

/**
 * Finds runs, of one project or of all, that were terminated, timed out or parked and left something behind: by their
 * last known state in Temporal, by the markers in the databases of the target servers, and in the backup directory.
 */
export async function findInterrupted(
  resources: Resources,
  { forgotten, projectRef }: ReconcileRequest,
): Promise<InterruptedRuns> {
  const identity = { step: 'planMigration', projectRef: projectRef ?? 'reconcile' } as const;
  return attempt(resources, identity, async (current) => {
    const servers = await targetServers(resources, current);
    const ended = await findEndedRuns(resources, current, { projectRef, servers });
    const known = [...ended.interrupted, ...(ended.elsewhere ?? [])];
    const looking = { known, forgotten, projectRef, servers };
    const marked = await findMarkedDatabases(resources, current, looking);
    const found = together([ended, marked]);
    if (projectRef !== undefined && isNothing(found))
      await assertKnownProject(resources, current, projectRef);
    return found;
  });
}

function isNothing({ interrupted, elsewhere = [], findings }: InterruptedRuns): boolean {
  return interrupted.length + elsewhere.length + findings.length === 0;
}
