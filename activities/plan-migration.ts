import type { Plan, Problem } from '../workflows/domain/plan';
import {
  migrateRequestSchema,
  type MigrateRequest,
  type ProjectIdentity,
} from '../workflows/domain/request';
import { attempt, type Attempt } from './attempt';
import { parseInput } from './input';
import { configuredProjects, projectProblems, settleProject } from './plan/projects';
import { serverProblems } from './plan/server-problems';
import { viewSource, type SourceView } from './plan/source';
import { viewTarget, type TargetView } from './plan/target';
import { targetProblems } from './plan/target-problems';
import { chooseFormat } from './plan/format';
import { lockProblems } from './plan/lock-problems';
import { storeProblems } from './plan/store-problems';
import { readDatabaseFacts } from './postgres/schema';
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
  const { settings, store } = resources;
  const configured = await configuredProjects(connections, settings);
  const project = settleProject(request, configured);
  const source = await viewSource(connections, { settings, project, configured });
  const target = await viewTarget(connections, settings.target, project.databaseName);
  const place = { connection: settings.source, access: 'read' } as const;
  const facts = await connections.with(place, readDatabaseFacts);
  const demand = {
    project,
    sources: [source.identity],
    replace: request.replace,
    schema: source.schema,
    fromVersion: source.identity.serverVersion,
    ownMarkSuffices: false,
  };
  const problems: readonly Problem[] = [
    ...ownerProblems(project),
    ...projectProblems(project, configured),
    ...source.problems,
    ...targetProblems(target, demand),
    ...(await serverProblems(connections, target, { facts, roles: source.schema?.roles ?? [] })),
    ...(await lockProblems(connections, { connection: settings.target, ...project })),
    ...(await storeProblems(store)),
  ];
  return assemble({ request, project, source, target, problems, settings });
}

interface Findings {
  readonly request: MigrateRequest;
  readonly project: ProjectIdentity;
  readonly source: SourceView;
  readonly target: TargetView;
  readonly problems: readonly Problem[];
  readonly settings: Resources['settings'];
}

function assemble({ request, project, source, target, problems, settings }: Findings): Plan {
  return {
    project,
    source: source.identity,
    target: target.identity,
    targetBefore: target.before,
    users: source.users,
    buckets: source.buckets,
    tables: source.tables,
    format: chooseFormat(settings.backup.format, source),
    problems,
    warnings: source.warnings,
    replace: request.replace,
    unfinishedRun: target.mark?.state === 'running' ? target.mark.runId : undefined,
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
