import type { Problem } from '../../workflows/domain/plan';
import type { Project, ProjectIdentity } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import type { Attempt } from '../runtime/attempt';
import type { Overlap } from '../postgres/scope/ownership';
import {
  configuredProjects,
  projectProblems,
  relatedProjects,
  resolveRequest,
  type RequestedProject,
} from './registry';
import { refsAtSource, settingsFor, type NamedServers } from './servers';

/** One project with its servers, among the configured ones. */
export interface ResolvedProject {
  readonly project: ProjectIdentity;
  /** The worker's, with this project's own source and target. */
  readonly settings: Settings;
  /** In a fleet, which has read and counted all of them, only those that have to do with this one. */
  readonly configured: readonly Project[] | undefined;
  /** The refs that are configured for the same source; `undefined` if no projects are configured. */
  readonly configuredRefs: readonly string[] | undefined;
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
): Promise<ResolvedProject> {
  const configured =
    requested.overlap === undefined || requested.unclaimed === true
      ? await configuredProjects(connections, settings)
      : await relatedProjects(connections, settings, requested);
  const project = resolveRequest(requested, configured);
  const known = configured?.find((one) => one.ref === project.projectRef);
  const own = settingsFor(connections, settings, { requested, known });
  await endEarlierReaders(own.source);
  return {
    project,
    settings: own,
    configured,
    configuredRefs: refsAtSource(connections, { settings, source: own.source }, configured),
    problems: projectProblems(project, configured, (other) =>
      connections.areSame(other.target ?? settings.target, own.target, 'server'),
    ),
  };
}
