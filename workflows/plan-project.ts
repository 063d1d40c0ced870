import { ApplicationFailure } from '@temporalio/workflow';
import type { Plan } from './domain/plan';
import { planningAtHost } from './activity-options';
import { causeOf } from './run/failure-cause';

/** Shows what a migration would do and everything that blocks it. Touches nothing. */
export async function planProject(input?: unknown): Promise<Plan> {
  try {
    return await planningAtHost(
      'look at source, target and backup directory',
      input,
      (activities) => activities.planMigration(input),
    );
  } catch (error) {
    throw unplanned(error);
  }
}

/** A run that could not even plan says why in its first line. */
export function unplanned(error: unknown): unknown {
  const { code, message } = causeOf(error);
  if (code === 'Cancelled') return error;
  return ApplicationFailure.nonRetryable(`Refused, nothing was touched: ${message}`, code, {
    refused: { code, message },
  });
}
