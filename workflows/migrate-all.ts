import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import type { FleetReport, FreezeOrder, FrozenFleet } from './domain/fleet';
import { fleetIdOf } from './domain/names';
import type { MigrateAllRequest } from './domain/request';
import { planningAtHost } from './activity-options';
import { answerFreezing, steer } from './fleet/updates';
import { ended } from './fleet/report';
import { Fleet } from './fleet/fleet';
import { beginStanding, type Standing } from './fleet/state';
import { dropTemplates, prepareTemplates } from './fleet/templates';
import { unplanned } from './plan-project';
import { upsert } from './run/search-attributes';

/** A run of a fleet ends after this many projects, and a new one goes on where it stood. */
const PROJECTS_PER_RUN = 400;

/**
 * Moves all projects of an inventory that is frozen first, each as a child of its own, as many at once
 * as the limits let. One project's failure touches no other, and fails the fleet only if a limit
 * says so. `soFar` is for the fleet's own next run.
 */
export async function migrateAll(input?: unknown, soFar?: Standing): Promise<FleetReport> {
  const options = optionsOf(input);
  const standing = soFar ?? (await begin(input));
  upsert({ fleet: standing.frozen.fleetId, outcome: 'running' });
  const fleet = new Fleet(standing, options);
  steer(fleet);
  const scope = CancellationScope.current();
  scope.cancelRequested.catch(() =>
    CancellationScope.nonCancellable(() => fleet.cancel(options.cancelRunning)),
  );
  return CancellationScope.nonCancellable(async () => {
    const ending = await fleet.run(isLong);
    await condition(allHandlersFinished);
    if (ending === 'over') {
      await dropTemplates(fleet.standing.templates);
      return ended(fleet.standing, scope.consideredCancelled);
    }
    return continueAsNew<typeof migrateAll>(input, fleet.standing);
  });
}

/** A history that grows without end is ended by the server. */
function isLong(children: number): boolean {
  return workflowInfo().continueAsNewSuggested || children >= PROJECTS_PER_RUN;
}

/** Freezes the inventory: the same list for ever, whatever is tried again. */
async function begin(input: unknown): Promise<Standing> {
  const { startTime, firstExecutionRunId } = workflowInfo();
  const fleetId = fleetIdOf(startTime.getTime(), firstExecutionRunId);
  const startedAt = startTime.toISOString();
  answerFreezing(fleetId, startedAt);
  const frozen = await freeze({ fleetId, input: input === undefined ? {} : input });
  return beginStanding(frozen, { startedAt, templates: await prepareTemplates(frozen) });
}

async function freeze(order: FreezeOrder): Promise<FrozenFleet> {
  try {
    return await planningAtHost('freeze the inventory', order.input, (activities) =>
      activities.freezeFleet(order),
    );
  } catch (error) {
    throw unplanned(error);
  }
}

type Options = Pick<MigrateAllRequest, 'replace' | 'onDrift' | 'cancelRunning'>;

/** What the workflow itself needs of an input; the inventory's activity has refused a wrong one. */
function optionsOf(input: unknown): Options {
  const { replace, onDrift, cancelRunning } = fieldsOf(input);
  return {
    replace: replace === true,
    onDrift: onDrift === 'fail' ? 'fail' : 'report',
    cancelRunning: cancelRunning === true,
  };
}

function fieldsOf(input: unknown): Partial<Record<keyof Options, unknown>> {
  return typeof input === 'object' && input !== null ? input : {};
}
