import type { FailureCode } from '../../workflows/domain/failure';
import type { MigrateAllRequest, Project } from '../../workflows/domain/request';
import { readProjectsFile } from '../backup/projects-file';
import { failure } from '../failure';
import type { Resources } from '../resources';
import { findFailed } from './failed-projects';
import type { Found } from './found';

/** A request, and the projects that the configuration lists or finds. */
export interface Asked {
  readonly request: Pick<MigrateAllRequest, 'file' | 'failedOf'>;
  readonly configured: readonly Project[] | undefined;
}

/** Finds the projects of a request: those of its file, those that failed last, else the configured ones. */
export async function findProjects(
  resources: Pick<Resources, 'settings' | 'store'>,
  { request: { file, failedOf }, configured }: Asked,
): Promise<Found> {
  if (failedOf !== undefined) return findFailed(resources, { failedOf, configured });
  if (file !== undefined) return all(await readProjectsFile(file), 'InvalidInput');
  if (configured !== undefined) return all(configured, 'ConfigInvalid');
  throw failure(
    'ConfigInvalid',
    'no projects are configured: set projects.list or projects.query, or name a "file"',
  );
}

function all(projects: readonly Project[], code: FailureCode): Found {
  return {
    projects,
    code,
    stillFailed: (open) => Promise.resolve(open),
    wasDone: () => false,
  };
}
