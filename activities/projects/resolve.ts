import type { DatabaseIdentity, Problem } from '../../workflows/domain/plan';
import type { ProjectRules } from '../../workflows/domain/project-rules';
import type { Project, ProjectIdentity } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import type { Connections } from '../postgres/session/connections';
import type { Overlap } from '../postgres/scope/ownership';
import type { Attempt } from '../runtime/attempt';
import {
  configuredProjects,
  projectProblems,
  relatedProjects,
  resolveRequest,
  type RequestedProject,
} from './registry';
import { refsAtSource, serversFor, type NamedServers } from './servers';

/**
 * One project under the rules that say which rows are its, with its connections. Made here alone, and handed on
 * as it is.
 */
export interface ResolvedProject extends ProjectIdentity, ProjectRules {
  /** The connection that it comes from. */
  readonly source: string;
  /** The connection on whose server its database is. */
  readonly target: string;
}

/** A project among the configured ones. */
export interface Resolution {
  readonly project: ResolvedProject;
  /** What is wrong with the configured projects as far as this one is concerned. */
  readonly problems: readonly Problem[];
}

/** What a fleet has counted before; then not every project is read for each again. */
interface Counted {
  readonly overlap?: Overlap | undefined;
  /** Whether it is asked for what no project claims; that takes all of them. */
  readonly unclaimed?: boolean | undefined;
}

/** Resolves which project a request means, and which servers that has. */
export async function resolveProject(
  { connections, endEarlierReaders }: Pick<Attempt, 'connections' | 'endEarlierReaders'>,
  settings: Settings,
  requested: RequestedProject & NamedServers & Counted,
): Promise<Resolution> {
  // In a fleet, which has read and counted all of them, only those that have to do with this one.
  const configured =
    requested.overlap === undefined || requested.unclaimed === true
      ? await configuredProjects(connections, settings)
      : await relatedProjects(connections, settings, requested);
  const identity = resolveRequest(requested, configured);
  const known = configured?.find((one) => one.ref === identity.projectRef);
  const servers = serversFor(connections, settings, { requested, known });
  await endEarlierReaders(servers.source);
  const at = { settings, source: servers.source };
  const project = {
    ...identity,
    ...servers,
    tenancy: settings.tenancy,
    scopes: settings.scopes,
    configuredRefs: refsAtSource(connections, at, configured),
  };
  return { project, problems: problemsOf(connections, settings, { project, configured }) };
}

function problemsOf(
  connections: Connections,
  settings: Settings,
  {
    project,
    configured,
  }: {
    readonly project: ResolvedProject;
    readonly configured: readonly Project[] | undefined;
  },
): readonly Problem[] {
  return projectProblems(project, configured, (other) =>
    connections.areSame(other.target ?? settings.target, project.target, 'server'),
  );
}

/** A project that a plan has resolved, and where. */
interface Planned {
  readonly project: ProjectIdentity;
  readonly source: Pick<DatabaseIdentity, 'connection'>;
  readonly target: Pick<DatabaseIdentity, 'connection'>;
}

/**
 * The project of a plan, for a later step. Of the configured refs only those that could claim a bucket of the
 * project: those that begin with its own, if buckets are identified by their prefix; nothing else asks for refs
 * while one project is read.
 */
export async function projectOfPlan(
  connections: Connections,
  settings: Settings,
  planned: Planned,
): Promise<ResolvedProject> {
  const { tenancy, scopes } = settings;
  const source = planned.source.connection;
  const configuredRefs =
    tenancy.buckets.by === 'id-prefix'
      ? refsAtSource(
          connections,
          { settings, source },
          await relatedProjects(connections, settings, planned.project),
        )
      : undefined;
  const target = planned.target.connection;
  return { ...planned.project, source, target, tenancy, scopes, configuredRefs };
}
