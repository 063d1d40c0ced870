import { planningAtHost } from './activity-options';
import type { RestorePlan } from './domain/restore-plan';
import { unplanned } from './plan-project';

/** Shows what a restore would put where, what it would replace, and every problem. Touches nothing. */
export async function planRestore(input?: unknown): Promise<RestorePlan> {
  try {
    return await planningAtHost('check the backup and look at the target', input, (activities) =>
      activities.planRestore(input),
    );
  } catch (error) {
    throw unplanned(error);
  }
}
