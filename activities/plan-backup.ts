import { sessionsOf } from '../workflows/domain/sessions';
import { identityOf, type BackupRequest } from '../workflows/domain/request';
import type { BackupPlan } from '../workflows/domain/restore-plan';
import { attempt } from './runtime/attempt';
import { hostFor } from './runtime/host';
import { chooseFormat, storeProblems } from './plan/store';
import { resolveProject } from './projects/resolve';
import { resolvePlanExtent } from './plan/extent';
import { viewThrottle } from './plan/throttle';
import { viewSource } from './plan/source';
import type { Resources } from './runtime/resources';

/** Makes the plan of a backup on its own: source and backup directory, no target. Touches nothing. */
export async function planBackup(
  resources: Resources,
  request: BackupRequest,
): Promise<BackupPlan> {
  return attempt(
    resources,
    { step: 'planMigration', projectRef: request.projectRef },
    async (current) => {
      const { settings, store } = resources;
      const resolution = await resolveProject(current, settings, request);
      const { project } = resolution;
      const throttle = await viewThrottle(current, settings, project.source);
      const extent = await resolvePlanExtent(current.connections, project);
      const source = await viewSource(current.connections, project, {
        extent,
        sessions: sessionsOf(settings, request),
      });
      const problems = [
        ...resolution.problems,
        ...throttle.problems,
        ...source.problems,
        ...(await storeProblems(store)),
      ];
      return {
        project: identityOf(project),
        source: source.identity,
        target: { ...source.identity, connection: project.target },
        format: chooseFormat(settings.backup.format, source),
        problems,
        timing: settings.timing,
        jobs: sessionsOf(settings, request),
        host: await hostFor(resources.host, problems),
      };
    },
  );
}
