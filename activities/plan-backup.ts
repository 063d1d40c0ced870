import { backupRequestSchema } from '../workflows/domain/request';
import type { BackupPlan } from '../workflows/domain/restore-plan';
import { attempt } from './runtime/attempt';
import { hostFor } from './runtime/host';
import { parseInput } from './runtime/input';
import { chooseFormat, storeProblems } from './plan/store';
import { resolveProject } from './projects/resolve';
import { resolvePlanExtent } from './plan/extent';
import { viewSource } from './plan/source';
import type { Resources } from './runtime/resources';

/** Makes the plan of a backup on its own: source and backup directory, no target. Touches nothing. */
export async function planBackup(resources: Resources, input: unknown): Promise<BackupPlan> {
  const request = parseInput(backupRequestSchema, input);
  return attempt(
    resources,
    { step: 'planMigration', projectRef: request.projectRef },
    async (current) => {
      const { store } = resources;
      const resolved = await resolveProject(current, resources.settings, request);
      const { project, settings } = resolved;
      const extent = await resolvePlanExtent(current.connections, settings.source, settings.scopes);
      const source = await viewSource(current.connections, { ...resolved, extent });
      const problems = [...resolved.problems, ...source.problems, ...(await storeProblems(store))];
      return {
        project,
        source: source.identity,
        target: { ...source.identity, connection: settings.target },
        format: chooseFormat(settings.backup.format, source),
        problems,
        timing: settings.timing,
        host: await hostFor(resources.host, problems),
      };
    },
  );
}
