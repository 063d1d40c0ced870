import { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { failure } from './failure';

/**
 * Asks Temporal whether this attempt is still the one that it waits for; throws where it is not. Asked
 * by a session that is already open: an attempt that follows begins after the answer, finds that
 * session and ends it, so that what passes here cannot come late.
 */
export async function assertStillCurrent(): Promise<void> {
  const { client, info } = Context.current();
  try {
    await client.activity.heartbeat(info.taskToken, info.heartbeatDetails);
  } catch (error) {
    if (error instanceof ActivityNotFoundError)
      throw failure('Fenced', 'Temporal has given up on this attempt');
    if (error instanceof ActivityCancelledError)
      throw new CancelledFailure('the step was cancelled before it wrote anything');
    throw failure('ServerUnavailable', 'the Temporal server does not answer');
  }
}
