import { activityInfo, Context, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { cutText } from '../workflows/domain/bounds';
import { databaseFailure } from '../activities/postgres/errors/classify';

/**
 * Logs the end of each activity, and lets no error leave one that is not in the closed table of failures.
 * What no rule names goes to the log with its stack: it may be a bug.
 */
export function closedErrors(): { readonly inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      execute: async (input, next) => {
        const begun = performance.now();
        const { activityType: activity, attempt } = activityInfo();
        try {
          const result = await next(input);
          const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
          log.info(`${activity} done`, { attempt, seconds });
          return result;
        } catch (error) {
          if (Context.current().cancellationSignal.aborted) throw error;
          const failure = databaseFailure(error, activity);
          if (failure instanceof ApplicationFailure && failure.type === 'Unexpected') {
            const { message, stack } = failure;
            log.error('unexpected failure, maybe a bug in moveout', { activity, message, stack });
          }
          throw bounded(failure);
        }
      },
    },
  };
}

/** Temporal keeps 4 KiB of a failure, its stack and message among them; the log has the whole. */
function bounded(error: Error): Error {
  const message = cutText(error.message);
  if (message === error.message || !(error instanceof ApplicationFailure)) return error;
  log.warn('a failure whose message is cut for Temporal', { message: error.message });
  const { type, nonRetryable, details } = error;
  return ApplicationFailure.create({
    message,
    ...(typeof type === 'string' && { type }),
    nonRetryable: nonRetryable === true,
    details: details ?? [],
  });
}
