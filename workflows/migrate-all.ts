import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import type { FleetReport, FreezeOrder, FrozenFleet } from './domain/fleet';
import { fleetIdOf } from './domain/names';
import { migrateAllRequestSchema, type MigrateAllRequest } from './domain/request';
import { planningAtHost } from './activity-options';
import { answerFreezing, steer } from './fleet/updates';
import { ended } from './fleet/report';
import { Fleet } from './fleet/fleet';
import { beginStanding, type Standing } from './fleet/state';
import { dropTemplates, prepareTemplates } from './fleet/templates';
import { unplanned } from './run/outcomes';
import { plainRequestOf } from './run/request';
import { upsert } from './run/search-attributes';

/** A run of a fleet ends after this many projects, and a new one goes on where it stood. */
const PROJECTS_PER_RUN = 400;

/**
 * Moves all projects of an inventory that is frozen first, each as a child of its own, as many at once
 * as the limits let. One project's failure touches no other, and fails the fleet only if a limit
 * says so. `soFar` is for the fleet's own next run.
 */
export async function migrateAll(input: unknown = {}, soFar?: Standing): Promise<FleetReport> {
  const request = plainRequestOf(migrateAllRequestSchema, input);
  const standing = soFar ?? (await begin(request));
  upsert({ fleet: standing.frozen.fleetId, outcome: 'running' });
  const fleet = new Fleet(standing, request);
  steer(fleet);
  const scope = CancellationScope.current();
  scope.cancelRequested.catch(() =>
    CancellationScope.nonCancellable(() => fleet.cancel(request.cancelRunning)),
  );
  return CancellationScope.nonCancellable(async () => {
    const ending = await fleet.run(isLong);
    await condition(allHandlersFinished);
    if (ending === 'over') {
      await dropTemplates(fleet.standing.templates);
      return ended(fleet.standing, scope.consideredCancelled);
    }
    return continueAsNew<typeof migrateAll>(request, fleet.standing);
  });
}

/** A history that grows without end is ended by the server. */
function isLong(children: number): boolean {
  return workflowInfo().continueAsNewSuggested || children >= PROJECTS_PER_RUN;
}

/** Freezes the inventory: the same list for ever, whatever is tried again. */
async function begin(request: MigrateAllRequest): Promise<Standing> {
  const { startTime, firstExecutionRunId } = workflowInfo();
  const fleetId = fleetIdOf(startTime.getTime(), firstExecutionRunId);
  const startedAt = startTime.toISOString();
  answerFreezing(fleetId, startedAt);
  const frozen = await freeze({ fleetId, request });
  return beginStanding(frozen, { startedAt, templates: await prepareTemplates(frozen) });
}

async function freeze(order: FreezeOrder): Promise<FrozenFleet> {
  try {
    return await planningAtHost('freeze the inventory', order.request.host, (activities) =>
      activities.freezeFleet(order),
    );
  } catch (error) {
    throw unplanned(error);
  }
}
