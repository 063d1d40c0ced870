import { activityInfo, Context, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { databaseFailure } from '../activities/postgres/sqlstate';

/**
 * Lets no error leave an activity that is not in the closed table of failures. What no rule names goes to
 * the log with its stack: it may be a bug.
 */
export function closedErrors(): { readonly inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      execute: async (input, next) => {
        try {
          return await next(input);
        } catch (error) {
          if (Context.current().cancellationSignal.aborted) throw error;
          const { activityType: activity } = activityInfo();
          const failure = databaseFailure(error, activity);
          if (failure instanceof ApplicationFailure && failure.type === 'Unexpected') {
            const { message, stack } = failure;
            log.error('unexpected failure, maybe a bug in moveout', { activity, message, stack });
          }
          throw failure;
        }
      },
    },
  };
}
