import type { Plan, Problem, TargetState } from '../workflows/domain/plan';
import { extentOf } from '../workflows/domain/scopes';
import {
  migrateRequestSchema,
  type MigrateRequest,
  type Project,
  type ProjectIdentity,
} from '../workflows/domain/request';
import { attempt, type Attempt } from './attempt';
import { parseInput } from './input';
import { assertNobodyWrites } from './plan/assert-free';
import {
  configuredProjects,
  projectProblems,
  relatedProjects,
  settleProject,
} from './plan/projects';
import { viewServer, type Needs } from './plan/server-problems';
import { viewSource, type SourceView } from './plan/source';
import { marksBefore, viewTarget, type TargetView } from './plan/target';
import { targetProblems } from './plan/target-problems';
import { stateBefore } from './plan/target-schema';
import { chooseFormat } from './plan/format';
import { openRunProblems } from './plan/open-run';
import { reachServers } from './plan/reach-servers';
import { viewStore } from './plan/store-problems';
import type { Connections, Place } from './postgres/connections';
import { readDatabaseFacts, type DatabaseFacts } from './postgres/schema';
import type { Resources } from './resources';

/**
 * Makes the plan of a migration from a request as it came: checks every field, reads source, target
 * and backup directory, and gathers all problems at once. Touches nothing.
 */
export async function planMigration(resources: Resources, input: unknown): Promise<Plan> {
  const request = parseInput(migrateRequestSchema, input);
  return attempt(resources, { step: 'planMigration', projectRef: request.projectRef }, (current) =>
    makePlan(resources, request, current),
  );
}

async function makePlan(
  resources: Resources,
  request: MigrateRequest,
  { connections }: Attempt,
): Promise<Plan> {
  const { settings } = resources;
  const poolers = await reachServers(connections, settings);
  const configured = await projectsFor(request, connections, settings);
  const project = settleProject(request, configured);
  await assertNobodyWrites(connections, { connection: settings.target, ...project });
  const extent = extentOf(settings.scopes);
  const wanted = { connection: settings.target, database: project.databaseName };
  const target = await viewTarget(connections, wanted, extent);
  const targetKeys = target.keys;
  const source = await viewSource(connections, {
    ...{ settings, project, configured, targetKeys },
    countUnclaimed: request.unclaimed,
    overlap: request.overlap,
  });
  const demand = {
    project,
    sources: [source.identity],
    replace: request.replace,
    extent,
    schema: source.schema,
    fromVersion: source.identity.serverVersion,
    ownMarkSuffices: false,
  };
  const facts = await connections.with(sourceOf(settings), readDatabaseFacts);
  const server = await viewServer(connections, target, needsOf(source, facts, settings));
  const format = chooseFormat(settings.backup.format, source);
  const space = await viewStore(resources.store, source.tables, format);
  const problems: readonly Problem[] = [
    ...ownerProblems(project),
    ...projectProblems(project, configured),
    ...source.problems,
    ...targetProblems(target, demand),
    ...(request.replace ? await openRunProblems(target.mark) : []),
    ...server.problems,
    ...space.problems,
  ];
  const warnings = [...poolers, ...source.warnings, ...target.warnings, ...space.warnings];
  const before = stateBefore(target, demand);
  const { createRoles } = server;
  const { estimate } = space;
  return assemble({
    ...{ request, project, source, target, before, format },
    ...{ problems, warnings, createRoles, estimate, timing: settings.timing },
  });
}

function sourceOf({ source }: Resources['settings']): Place {
  return { connection: source, access: 'read' };
}

/** In a fleet, which has read and counted all of them, only those that have to do with this one. */
function projectsFor(
  request: MigrateRequest,
  connections: Connections,
  settings: Resources['settings'],
): Promise<readonly Project[] | undefined> {
  return request.overlap === undefined
    ? configuredProjects(connections, settings)
    : relatedProjects(connections, settings, request);
}

function needsOf(
  { schema, owners }: SourceView,
  facts: DatabaseFacts,
  { createRoles: mayCreateRoles }: Resources['settings'],
): Needs {
  const { roles = [], extensions = [] } = schema ?? {};
  return { facts, roles, extensions, owners, mayCreateRoles };
}

interface Findings extends Pick<
  Plan,
  'project' | 'format' | 'problems' | 'warnings' | 'createRoles' | 'estimate' | 'timing'
> {
  readonly request: MigrateRequest;
  readonly source: SourceView;
  readonly target: TargetView;
  readonly before: TargetState;
}

function assemble({ request, source, target, before, ...found }: Findings): Plan {
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
    ...marksBefore(target),
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
