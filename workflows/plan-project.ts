import { planningAtHost } from './activity-options';
import type { Plan } from './domain/plan';
import { migrateRequestSchema } from './domain/request';
import { unplanned } from './run/outcomes';
import { plainRequestOf } from './run/request';

/** Shows what a migration would do and everything that blocks it. Touches nothing. */
export async function planProject(input?: unknown): Promise<Plan> {
  const request = plainRequestOf(migrateRequestSchema, input);
  const words = 'look at source, target and backup directory';
  try {
    return await planningAtHost(words, request.host, (activities) =>
      activities.planMigration(request),
    );
  } catch (error) {
    throw unplanned(error);
  }
}
