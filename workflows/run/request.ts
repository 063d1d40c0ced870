import { ApplicationFailure } from '@temporalio/workflow';
import { parseInput, type RequestOf, type RequestSchema } from '../domain/parse-input';
import { refused, unplanned } from './outcomes';
import type { Requested, Run } from './run';

/** The request of a run; one that cannot be followed ends the run, which has touched nothing. */
export function requestOf<Schema extends RequestSchema<Requested>>(
  run: Run,
  schema: Schema,
  input: unknown,
): RequestOf<Schema> {
  const parsed = parseInput(schema, input);
  if (parsed.message !== undefined)
    throw refused(run, [{ code: 'InvalidInput', message: parsed.message }]);
  run.requested(parsed.request);
  return parsed.request;
}

/** The same for a workflow that makes no report of one project. */
export function plainRequestOf<Schema extends RequestSchema>(
  schema: Schema,
  input: unknown,
): RequestOf<Schema> {
  const parsed = parseInput(schema, input);
  if (parsed.message === undefined) return parsed.request;
  throw unplanned(ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput'));
}
