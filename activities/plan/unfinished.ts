import type { Interrupted } from '../../workflows/domain/interrupted';
import type { Problem } from '../../workflows/domain/plan';
import { readJobOfMarker } from '../postgres/lease/recorded-markers';
import type { Marker } from '../postgres/lease';
import { sameDatabase } from '../postgres/catalog/databases';
import { targetRef } from '../postgres/database';
import type { Connections } from '../postgres/session/connections';
import { interruptedBy, statusOfMarked } from '../reconcile/interrupted-marker';
import type { Settings } from '../../workflows/domain/settings';
import type { TargetView } from './target';
import type { TargetDemand } from './target-findings';

/** What the unfinished marker of a target says against writing there, and the run that can be restored first. */
export interface Unfinished {
  readonly pending?: Interrupted | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Looks at the unfinished marker of a target. If its run is closed, is of the same project and can be restored, it is
 * `pending`, and the problem is gone once it is restored. Nothing of another project is replaced that can be restored.
 */
export async function viewUnfinished(
  connections: Connections,
  { timing }: Settings,
  view: TargetView,
  demand: Pick<TargetDemand, 'project' | 'replace' | 'sources'>,
): Promise<Unfinished> {
  const { marker } = view;
  if (marker === undefined || marker.state === 'completed') return { problems: [] };
  // A source is refused for what it is.
  if (demand.sources.some((source) => sameDatabase(source, view.identity))) return { problems: [] };
  const { database } = view.identity;
  if (marker.state === 'abandoned') return stays(demand, abandonedWords(marker, database));
  const what = `database "${database}" holds an unfinished migration of project "${marker.projectRef}" (workflow ${marker.workflowId}, run ${marker.runId})`;
  const status = await statusOfMarked({ marker });
  if (status === 'open')
    return unfinished(`${what}, which is still running: let it finish, or cancel it first`);
  const job = await connections.with(targetRef(view.identity, 'read'), readJobOfMarker);
  const isCopy = marker.databaseOid !== view.identity.oid;
  const found =
    status === 'ended' || isCopy
      ? undefined
      : interruptedBy({ database, marker, job }, status, timing);
  if (found === undefined)
    return stays(demand, `${what}, which this Temporal cannot restore: ${UNKNOWN}`);
  const restore = `moveout restore-pending ${marker.projectRef}`;
  if (found.how === 'forgotten')
    return stays(
      demand,
      `${what}, which this Temporal does not know: if no other Temporal works on this server, restore it with ${restore} --forgotten; else ${UNKNOWN}`,
    );
  const closed = `${what}, which was ${found.how}`;
  if (marker.projectRef !== demand.project.projectRef)
    return unfinished(`${closed}: restore it first with ${restore}`);
  const words = `${closed}: a new start restores it first, and so does ${restore}`;
  return { pending: found, ...unfinished(words) };
}

const UNKNOWN =
  'run moveout reconcile where its Temporal is, or start with replace to save and replace what is there';

function abandonedWords({ projectRef, workflowId }: Marker, database: string): string {
  return `database "${database}" holds a migration of project "${projectRef}" (workflow ${workflowId}) whose restore was abandoned: start with replace to save and replace what is there`;
}

function unfinished(message: string): Unfinished {
  return { problems: [{ code: 'unfinished', message }] };
}

/** What only a start with `replace` may take over. */
function stays({ replace }: Pick<TargetDemand, 'replace'>, message: string): Unfinished {
  return replace ? { problems: [] } : unfinished(message);
}
