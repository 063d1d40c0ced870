import { log } from '@temporalio/activity';
import type {
  FleetProject,
  FreezeOrder,
  FrozenFleet,
  Retried,
  Route,
  WrittenFleet,
} from '../workflows/domain/fleet';
import { changedLimits, LIMITS, type Limits } from '../workflows/domain/limits';
import type { MigrateAllRequest } from '../workflows/domain/request';
import type { Settings } from '../workflows/domain/settings';
import { attempt, beating } from './runtime/attempt';
import { fleetPath, readFrozen, readList } from './disk/fleet/inventory';
import { writeFrozen } from './disk/fleet/write-inventory';
import { configuredProjects } from './projects/registry';
import type { Resources } from './runtime/resources';
import { findDone } from './fleet/done-projects';
import { findProjects, withoutExcluded } from './fleet/select';
import { orderProjects, sizeProjects } from './fleet/size';
import { refsUnderWay } from './temporal/runs';
import { resolveProjects } from './fleet/resolve';

/** At most this many of those that are migrated again are identified at the start. */
const RETRIED = 50;

/** At most this many pairs of servers, those with most projects, get a template. */
const ROUTES = 100;

/**
 * Freezes the inventory of a fleet: which projects it moves, in which order, under which limits. Again
 * for the same fleet it gives back what was frozen, whatever has changed since. Reads only, except for the
 * fleet's folder in the backup directory, which is there whole or not at all.
 */
export async function freezeFleet(resources: Resources, order: FreezeOrder): Promise<FrozenFleet> {
  return beating(() => frozenFleet(resources, order));
}

async function frozenFleet(resources: Resources, order: FreezeOrder): Promise<FrozenFleet> {
  const { fleetId, request } = order;
  fleetPath(resources.store, fleetId);
  const frozen =
    (await readFrozen(resources.store, fleetId)) ?? (await freeze(resources, fleetId, request));
  const listed = await readList(resources.store, frozen);
  const retried = firstRetried(listed);
  return {
    ...frozen,
    routes: routesOf(listed),
    host: await resources.host.claim(),
    ...(retried.length > 0 && { retried }),
  };
}

async function freeze(
  resources: Resources,
  fleetId: string,
  request: MigrateAllRequest,
): Promise<WrittenFleet> {
  const { settings, store } = resources;
  await store.assertWritable();
  return attempt(resources, { step: 'planMigration', projectRef: fleetId }, async (current) => {
    const { connections, awaitSource } = current;
    const configured = await configuredProjects(connections, settings);
    const all = await findProjects(resources, { request, configured });
    const found = withoutExcluded(all, { request, configured });
    const resolved = await resolveProjects(resources, connections, found);
    const looksForDone = !request.replace || request.failedOf !== undefined;
    const done = looksForDone ? await findDone(connections, resolved) : new Map<string, never>();
    const open = await found.stillFailed(resolved.filter(({ ref }) => !done.has(ref)));
    for (const source of new Set(open.map((project) => project.source))) await awaitSource(source);
    const sized = await sizeProjects(connections, settings, { projects: open, configured });
    if (sized.isEstimated)
      log.warn('the sizes of the projects are estimated: a statement of the tenancy is too slow');
    const underWay = request.canary === 0 ? new Set<string>() : await refsUnderWay();
    return writeFrozen(store, {
      fleetId,
      request,
      limits: limitsOf(settings, request),
      projects: orderProjects(sized.projects, request.canary, underWay),
      done: resolved.flatMap(({ ref, database, source, target }) => {
        const origin = done.get(ref);
        return origin === undefined || found.wasDone(ref)
          ? []
          : [{ ref, database, source, target, origin }];
      }),
      isEstimated: sized.isEstimated,
      excluded: request.exclude,
    });
  });
}

/** The first of those that are migrated again, with the reason. */
function firstRetried(listed: readonly FleetProject[]): readonly Retried[] {
  return listed
    .slice(0, RETRIED)
    .flatMap(({ ref, database, reason }) =>
      reason === undefined ? [] : { projectRef: ref, databaseName: database, reason },
    );
}

function routesOf(listed: readonly FleetProject[]): readonly Route[] {
  const routes = new Map<string, Route & { projects: number }>();
  for (const { source, target } of listed) {
    const key = JSON.stringify([source, target]);
    const projects = (routes.get(key)?.projects ?? 0) + 1;
    routes.set(key, { source, target, projects });
  }
  return [...routes.values()]
    .sort((a, b) => b.projects - a.projects)
    .slice(0, ROUTES)
    .map(({ source, target }) => ({ source, target }));
}

/** The request's limits over the configured ones over what stands without either. */
function limitsOf({ fleet }: Settings, { limits }: MigrateAllRequest): Limits {
  return changedLimits(changedLimits(LIMITS, fleet.limits), limits);
}
