import { planningAtHost } from './activity-options';
import { restoreRequestSchema } from './domain/request';
import type { RestorePlan } from './domain/restore-plan';
import { unplanned } from './run/outcomes';
import { plainRequestOf } from './run/request';

/** Shows what a restore would put where, what it would replace, and every problem. Touches nothing. */
export async function planRestore(input?: unknown): Promise<RestorePlan> {
  const request = plainRequestOf(restoreRequestSchema, input);
  const words = 'check the backup and look at the target';
  try {
    return await planningAtHost(words, request.host, (activities) =>
      activities.planRestore(request),
    );
  } catch (error) {
    throw unplanned(error);
  }
}
