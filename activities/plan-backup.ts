import { backupRequestSchema } from '../workflows/domain/request';
import type { BackupPlan } from '../workflows/domain/restore-plan';
import { attempt } from './attempt';
import { parseInput } from './input';
import { chooseFormat } from './plan/format';
import { configuredProjects, projectProblems, settleProject } from './plan/projects';
import { viewSource } from './plan/source';
import { storeProblems } from './plan/store-problems';
import type { Resources } from './resources';

/** Makes the plan of a backup on its own: source and backup directory, no target. Touches nothing. */
export async function planBackup(resources: Resources, input: unknown): Promise<BackupPlan> {
  const request = parseInput(backupRequestSchema, input);
  return attempt(
    resources,
    { step: 'planMigration', projectRef: request.projectRef },
    async ({ connections }) => {
      const { settings, store } = resources;
      const configured = await configuredProjects(connections, settings);
      const project = settleProject(request, configured);
      const source = await viewSource(connections, { settings, project, configured });
      return {
        project,
        source: source.identity,
        target: { ...source.identity, connection: settings.target },
        format: chooseFormat(settings.backup.format, source),
        problems: [
          ...projectProblems(project, configured),
          ...source.problems,
          ...(await storeProblems(store)),
        ],
        timing: settings.timing,
      };
    },
  );
}
