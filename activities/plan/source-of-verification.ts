import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Problem } from '../../workflows/domain/plan';
import type { VerifyRequest } from '../../workflows/domain/request';

/** What says that a source is gone: its server does not answer, or has no such database or role any more. */
const GONE: ReadonlySet<string> = new Set(['ServerUnavailable', 'NotFound', 'AccessDenied']);

/** So many attempts wait for a source that may come back. */
const PATIENT_ATTEMPTS = 2;

/** What a source answered, or why it cannot be asked. */
export type Asked<T> = { readonly found: T } | { readonly gone: string };

/**
 * Asks the source of a verification. One that is gone keeps nobody from comparing a target with its
 * backup, unless the request makes drift a failure: then nothing but its answer will do.
 */
export async function askSource<T>(
  { onDrift }: Pick<VerifyRequest, 'onDrift'>,
  use: () => Promise<T>,
): Promise<Asked<T>> {
  try {
    return { found: await use() };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !GONE.has(error.type ?? '')) throw error;
    if (onDrift === 'fail') throw error;
    const mayPass = error.nonRetryable !== true;
    if (mayPass && Context.current().info.attempt <= PATIENT_ATTEMPTS) throw error;
    return { gone: error.message };
  }
}

/** Says that a source was not asked, and what was not checked. */
export function unreachable(connection: string, why: string): Problem {
  return {
    code: 'source-unreachable',
    message: `the source (connection "${connection}") could not be reached, so whether it has changed since the backup was not checked; the target was compared with the backup alone: ${why}`,
  };
}
