import { types } from 'node:util';
import { TemporalFailure } from '@temporalio/common';

/** Causes further down say nothing that those above did not. */
const DEEPEST = 5;

/** An error as the log shows it. */
interface LoggedError {
  /** A code of the table of failures, else the kind of the error. */
  readonly type: string;
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

/** What goes with a line of the log. */
type Meta = Readonly<Record<string | symbol, unknown>>;

/**
 * Makes the errors of a line readable. Failures that Temporal keeps hold no secret and no row, and are shown
 * with their messages; of any other error only its kind and its stack are, for its message may hold one.
 */
export function withReadableErrors(meta: Meta): Meta {
  // What comes out of a workflow's sandbox has lost its class, and was on its way into the history.
  const isOfWorkflow = meta['workflowId'] !== undefined && meta['activityId'] === undefined;
  const readable = Object.entries(meta).map(([name, value]): [string, unknown] => [
    name,
    types.isNativeError(value) ? shown(value, isOfWorkflow, 1) : value,
  ]);
  return Object.fromEntries(readable);
}

function shown(error: Error, isOfWorkflow: boolean, depth: number): LoggedError {
  const { cause } = error;
  const isSafe = isOfWorkflow || error instanceof TemporalFailure;
  return {
    type: typeOf(error),
    ...(isSafe && { message: error.message }),
    stack: framesOf(error),
    ...(types.isNativeError(cause) &&
      depth < DEEPEST && { cause: shown(cause, isOfWorkflow, depth + 1) }),
  };
}

function typeOf(error: Error): string {
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}

/** The stack without the message, which it repeats first. */
function framesOf({ stack = '' }: Error): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.map((line) => line.trim()).join('\n');
}
