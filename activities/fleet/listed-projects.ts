import type { Project } from '../workflows/domain/request';
import { attempt } from './attempt';
import { failure } from './failure';
import { configuredProjects } from './plan/projects';
import type { Resources } from './resources';

/** Lists the configured projects, refused where two share a ref or a database, or none is configured. */
export async function listProjects(resources: Resources): Promise<readonly Project[]> {
  return attempt(
    resources,
    { step: 'planMigration', projectRef: 'all' },
    async ({ connections }) => {
      const projects = await configuredProjects(connections, resources.settings);
      if (projects === undefined) {
        throw failure(
          'ConfigInvalid',
          'no projects are configured: set projects.list or projects.query',
        );
      }
      assertDistinct(projects, 'ref');
      assertDistinct(projects, 'database');
      return projects;
    },
  );
}

function assertDistinct(projects: readonly Project[], field: 'ref' | 'database'): void {
  const values = projects.map((project) => project[field]);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice === undefined) return;
  throw failure('ConfigInvalid', `two configured projects have the ${field} "${twice}"`);
}
