import type { Problem } from '../../workflows/domain/plan';
import { tryEventTriggers } from '../postgres/checks/event-trigger-trial';
import type { Connections } from '../postgres/connections';
import { targetRef } from '../postgres/maintenance';
import { eventTriggerRemarks } from './checks/creation-remarks';
import type { TargetView } from './target';
import type { TargetDemand } from './target-problems';
import { makesSchema } from './target-schema';

/** What is asked of the target, and what was found against it without a trial. */
export interface Trying {
  readonly demand: TargetDemand;
  readonly found: readonly Problem[];
}

/**
 * Tries whether event triggers of a target that exists let through what the run will do there. Rolled back, and only
 * if nothing else speaks against the run: the target could be a source, or the role could lack a right.
 */
export async function trialProblems(
  connections: Connections,
  view: TargetView,
  { demand, found }: Trying,
): Promise<readonly Problem[]> {
  if (found.length > 0 || view.before.kind === 'absent') return [];
  if (view.hasEventTriggers !== true) return [];
  const { database } = view.identity;
  const raised = await connections.with(targetRef(view.identity, 'write'), (client) =>
    tryEventTriggers(client, { makesSchema: makesSchema(view, demand) }),
  );
  return eventTriggerRemarks(database, raised).problems;
}
