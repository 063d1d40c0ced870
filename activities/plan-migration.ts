import type { DatabaseIdentity, Plan, Problem, TargetState } from '../workflows/domain/plan';
import { sessionsOf } from '../workflows/domain/sessions';
import { identityOf, type MigrateRequest, type ProjectIdentity } from '../workflows/domain/request';
import { attempt, type Attempt } from './runtime/attempt';
import { hostFor } from './runtime/host';
import { assertNoLeaseHeld } from './runtime/lease';
import type { Needs } from './plan/server';
import { configuredProjects } from './projects/registry';
import { resolveProject, type ResolvedProject } from './projects/resolve';
import { resolvePlanExtent } from './plan/extent';
import { viewSource, type SourceView } from './plan/source';
import { markersBefore, viewTarget, type TargetView } from './plan/target';
import {
  ownerWords,
  targetProblems,
  type TargetDemand,
  comesAlong,
  stateBefore,
} from './plan/target-findings';
import { chooseFormat, readStore } from './plan/store';
import { reachableSources, configuredServers } from './projects/servers';
import { findPoolers } from './plan/pooler';
import { trialProblems, viewReadiness } from './plan/target-readiness';
import { viewThrottle } from './plan/throttle';
import { viewUnfinished } from './plan/unfinished';
import type { Connections } from './postgres/session/connections';
import { serverRef } from './postgres/database';
import type { Resources } from './runtime/resources';

/**
 * Makes the plan of a migration: reads source, target and backup directory, and gathers all problems at once. Touches nothing.
 */
export async function planMigration(resources: Resources, request: MigrateRequest): Promise<Plan> {
  return attempt(resources, { step: 'planMigration', projectRef: request.projectRef }, (current) =>
    makePlan(resources, request, current),
  );
}

async function makePlan(
  resources: Resources,
  request: MigrateRequest,
  current: Attempt,
): Promise<Plan> {
  const { connections } = current;
  const { settings } = resources;
  const resolution = await resolveProject(current, settings, request);
  const { project } = resolution;
  const sessions = sessionsOf(settings, request);
  const poolers = await findPoolers(connections, { ...project, jobs: sessions }, settings);
  await assertNoLeaseHeld(connections, project);
  const throttle = await viewThrottle(current, settings, project.source);
  const extent = await resolvePlanExtent(connections, project);
  const target = await viewTarget(connections, project, extent);
  const asked = { ...request, extent, targetKeys: target.keys, sessions };
  const source = await viewSource(connections, project, asked);
  const others = await otherSources(resources, connections, { project, target });
  const sources = [source.identity, ...others];
  const demand = demandOf({ project, request, source, sources, extent });
  const before = stateBefore(target, demand);
  // Without `replace` a schema that differs is refused, and nothing of it is made.
  const needed = { source, before: request.replace ? before : target.before };
  const ready = await viewReadiness(connections, target, needsOf(needed, settings));
  const format = chooseFormat(settings.backup.format, source);
  const space = await readStore(resources.store, source.tables, format);
  const unfinished = await viewUnfinished(connections, settings, target, demand);
  const found: readonly Problem[] = [
    ...ownerProblems(project),
    ...resolution.problems,
    ...throttle.problems,
    ...source.problems,
    // What stands in a target that is restored first says nothing.
    ...(unfinished.pending === undefined ? targetProblems(target, demand) : []),
    ...unfinished.problems,
    ...ready.problems,
    ...space.problems,
  ];
  const problems = [...found, ...(await trialProblems(connections, target, { demand, found }))];
  const seen = [...poolers, ...throttle.warnings, ...source.warnings, ...target.warnings];
  const warnings = [...seen, ...ready.warnings, ...space.warnings];
  await forgetSessions(connections, project, problems);
  return assemble({
    ...{ request, project: identityOf(project), source, sources, target, before, format, ...ready },
    ...{ problems, warnings, estimate: space.estimate, timing: settings.timing },
    jobs: sessionsOf(settings, request),
    host: await hostFor(resources.host, problems),
    pending: unfinished.pending,
  });
}

interface Demanding extends Pick<TargetDemand, 'project' | 'sources' | 'extent'> {
  readonly request: MigrateRequest;
  readonly source: SourceView;
}

function demandOf({ project, request, source, sources, extent }: Demanding): TargetDemand {
  return {
    ...{ project, sources, extent },
    replace: request.replace,
    schema: source.schema,
    releases: source.releases,
    works: (columns) => comesAlong(source.schema, extent, columns),
    fromVersion: source.identity.serverVersion,
    from: source.identity,
  };
}

/** Who lacks a right is about to get it, and a session that is kept would not see all of that. */
async function forgetSessions(
  connections: Connections,
  { source, target }: ResolvedProject,
  problems: readonly Problem[],
): Promise<void> {
  if (!problems.some(({ code }) => code === 'privilege')) return;
  await connections.closeKept({ connection: source });
  await connections.closeKept(serverRef(target));
}

/** What is created again is no one's source; a database that stands already could be another project's. */
async function otherSources(
  { settings }: Resources,
  connections: Connections,
  { project, target }: { readonly project: ResolvedProject; readonly target: TargetView },
): Promise<readonly DatabaseIdentity[]> {
  if (target.identity.oid === 0) return [];
  const configured = await configuredProjects(connections, settings);
  const all = configuredServers(connections, { settings, which: 'source' }, configured);
  return reachableSources(
    connections,
    all.filter((name) => !connections.areSame(name, project.source, 'database')),
  );
}

function needsOf(
  { source, before }: { readonly source: SourceView; readonly before: TargetState },
  { createRoles: mayCreateRoles }: Resources['settings'],
): Needs {
  const { schema, facts, extent, identity } = source;
  const { roles = [], extensions = [] } = schema ?? {};
  const own = { roles, extensions, statements: schema?.statements, owner: ownerWords(identity) };
  return { facts, ...own, extent, before, mayCreateRoles };
}

interface PlanParts extends Pick<
  Plan,
  | 'project'
  | 'sources'
  | 'format'
  | 'problems'
  | 'warnings'
  | 'createRoles'
  | 'unreached'
  | 'estimate'
  | 'timing'
  | 'jobs'
  | 'host'
  | 'leftOutSettings'
  | 'nextSteps'
  | 'pending'
> {
  readonly request: MigrateRequest;
  readonly source: SourceView;
  readonly target: TargetView;
  readonly before: TargetState;
}

function assemble({ request, source, target, before, ...found }: PlanParts): Plan {
  return {
    ...found,
    source: source.identity,
    target: target.identity,
    targetBefore: before,
    users: source.users,
    buckets: source.buckets,
    tables: source.tables,
    extent: source.extent,
    unclaimed: source.unclaimed,
    replace: request.replace,
    ...markersBefore(target),
    onDrift: request.onDrift,
  };
}

function ownerProblems(project: ProjectIdentity): readonly Problem[] {
  if (project.ownerUserId !== undefined) return [];
  return [
    {
      code: 'owner-missing',
      message: `"ownerUserId" is missing, and no configured project "${project.projectRef}" says it`,
    },
  ];
}
