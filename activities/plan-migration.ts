import type { DatabaseIdentity, Plan, Problem, TargetState } from '../workflows/domain/plan';
import {
  migrateRequestSchema,
  type MigrateRequest,
  type ProjectIdentity,
} from '../workflows/domain/request';
import { attempt, type Attempt } from './attempt';
import { hostFor } from './host';
import { parseInput } from './input';
import { assertNobodyWrites } from './plan/assert-free';
import type { Needs } from './plan/server-problems';
import { configuredProjects } from './plan/projects';
import { settle, type Settled } from './plan/settle';
import { settleExtent } from './plan/settle-extent';
import { viewSource, type SourceView } from './plan/source';
import { marksBefore, viewTarget, type TargetView } from './plan/target';
import { ownerWords } from './plan/owner-words';
import { comesAlong } from './plan/target-schema';
import { targetProblems } from './plan/target-problems';
import { stateBefore } from './plan/target-schema';
import { chooseFormat } from './plan/format';
import { openRunProblems } from './plan/open-run';
import { reachableSources } from './plan/reachable-source';
import { reachServers } from './plan/reach-servers';
import { configuredServers } from './plan/servers';
import { viewReadiness } from './plan/target-readiness';
import { viewStore } from './plan/store-problems';
import type { Connections } from './postgres/connections';
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
  current: Attempt,
): Promise<Plan> {
  const { connections } = current;
  const settled = await settle(current, resources.settings, request);
  const { project, settings } = settled;
  const poolers = await reachServers(connections, settings);
  await assertNobodyWrites(connections, { connection: settings.target, ...project });
  const extent = await settleExtent(connections, settings.source, settings.scopes);
  const wanted = { connection: settings.target, database: project.databaseName };
  const target = await viewTarget(connections, wanted, extent);
  const viewing = { ...settled, extent, targetKeys: target.keys, overlap: request.overlap };
  const source = await viewSource(connections, { ...viewing, countUnclaimed: request.unclaimed });
  const others = await otherSources(resources, connections, { settled, target });
  const sources = [source.identity, ...others];
  const demand = {
    project,
    sources,
    replace: request.replace,
    extent,
    schema: source.schema,
    releases: source.releases,
    works: (columns: readonly string[]) => comesAlong(source.schema, extent, columns),
    fromVersion: source.identity.serverVersion,
    from: source.identity,
  };
  const ready = await viewReadiness(connections, target, needsOf(source, settings));
  const format = chooseFormat(settings.backup.format, source);
  const space = await viewStore(resources.store, source.tables, format);
  const problems: readonly Problem[] = [
    ...ownerProblems(project),
    ...settled.problems,
    ...source.problems,
    ...targetProblems(target, demand),
    ...(request.replace ? await openRunProblems(target.mark) : []),
    ...ready.problems,
    ...space.problems,
  ];
  const before = stateBefore(target, demand);
  const seen = [...poolers, ...source.warnings, ...target.warnings];
  const warnings = [...seen, ...ready.warnings, ...space.warnings];
  return assemble({
    ...{ request, project, source, sources, target, before, format, ...ready },
    ...{ problems, warnings, estimate: space.estimate, timing: settings.timing },
    host: await hostFor(resources.host, problems),
  });
}

/** What is created anew is nobody's source; a database that stands already could be another project's. */
async function otherSources(
  { settings }: Resources,
  connections: Connections,
  { settled, target }: { readonly settled: Settled; readonly target: TargetView },
): Promise<readonly DatabaseIdentity[]> {
  if (target.identity.oid === 0) return [];
  const configured = await configuredProjects(connections, settings);
  const all = configuredServers(connections, { settings, which: 'source' }, configured);
  const { source } = settled.settings;
  return reachableSources(
    connections,
    all.filter((name) => !connections.areSame(name, source, 'database')),
  );
}

function needsOf(
  { schema, owners, facts, identity }: SourceView,
  { createRoles: mayCreateRoles }: Resources['settings'],
): Needs {
  const { roles = [], extensions = [] } = schema ?? {};
  const owner = ownerWords(identity);
  return { facts, owner, roles, extensions, owners, mayCreateRoles };
}

interface Findings extends Pick<
  Plan,
  | 'project'
  | 'sources'
  | 'format'
  | 'problems'
  | 'warnings'
  | 'createRoles'
  | 'estimate'
  | 'timing'
  | 'host'
  | 'leftOutSettings'
  | 'nextSteps'
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
