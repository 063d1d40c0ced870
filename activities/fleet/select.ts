import type { FailureCode } from '../../workflows/domain/failure';
import type { MigrateAllRequest, Project } from '../../workflows/domain/request';
import { readProjectsFile } from '../disk/fleet/projects-file';
import { failure } from '../runtime/failure';
import type { Resources } from '../runtime/resources';
import { findFailed, type FoundProjects } from './failed-projects';

/** A request, and the projects that the configuration lists or finds. */
export interface SelectionRequest {
  readonly request: Pick<MigrateAllRequest, 'file' | 'failedOf'>;
  readonly configured: readonly Project[] | undefined;
}

/** Finds the projects of a request: those of its file, those that failed last, else the configured ones. */
export async function findProjects(
  resources: Pick<Resources, 'settings' | 'store'>,
  { request: { file, failedOf }, configured }: SelectionRequest,
): Promise<FoundProjects> {
  if (failedOf !== undefined) return findFailed(resources, { failedOf, configured });
  if (file !== undefined) return all(await readProjectsFile(file), 'InvalidInput');
  if (configured !== undefined) return all(configured, 'ConfigInvalid');
  throw failure(
    'ConfigInvalid',
    'no projects are configured: set projects.list or projects.query, or name a "file"',
  );
}

function all(projects: readonly Project[], code: FailureCode): FoundProjects {
  return {
    projects,
    code,
    stillFailed: (open) => Promise.resolve(open),
    wasDone: () => false,
  };
}

/** What a fleet would move, and what the configuration knows besides that. */
interface Excluding {
  readonly request: Pick<MigrateAllRequest, 'exclude' | 'failedOf'>;
  readonly configured: readonly Project[] | undefined;
}

/**
 * Leaves out the projects that a request excludes, whatever is wrong with them. An unknown ref is refused: it may be
 * misspelt, and then the project that was meant would move.
 */
export function withoutExcluded(
  found: FoundProjects,
  { request, configured }: Excluding,
): FoundProjects {
  const { exclude, failedOf } = request;
  if (exclude.length === 0) return found;
  const known = new Set([...found.projects, ...(configured ?? [])].map(({ ref }) => ref));
  // Without a list of all projects, one that has not failed looks like one that does not exist.
  const isTellable = failedOf === undefined || configured !== undefined;
  const unknown = exclude.filter((ref) => !known.has(ref));
  if (isTellable && unknown.length > 0) {
    throw failure(
      'InvalidInput',
      `"exclude" names what is no project of this fleet: ${unknown.join(', ')}; it must name refs of its projects, such as ${[...known].slice(0, 3).join(', ')}`,
    );
  }
  const excluded = new Set(exclude);
  return { ...found, projects: found.projects.filter(({ ref }) => !excluded.has(ref)) };
}
