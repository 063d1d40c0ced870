import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

type Workflow<Result> = (input?: unknown, ...own: never[]) => Promise<Result>;

/**
 * The workflow as it can be started: a start with more than one input is refused, for all but the first would be
 * ignored. What a run hands to its own next one is not counted.
 */
export function oneInput<Result>(workflow: Workflow<Result>): Workflow<Result> {
  return (input, ...own) => {
    const isContinued = workflowInfo().continuedFromExecutionRunId !== undefined;
    if (own.length === 0 || isContinued) return workflow(input, ...own);
    const message = `the workflow takes one input, and ${String(own.length + 1)} were given: put all fields into one JSON object, and give --input once; not read: ${own.map(fieldsOf).join('; ')}`;
    return Promise.reject(
      ApplicationFailure.nonRetryable(`Refused, nothing was touched: ${message}`, 'InvalidInput', {
        refused: { code: 'InvalidInput', message },
      }),
    );
  };
}

const MOST_NAMED = 5;

/** What an input is about: the names of its fields, for its values may be secret. */
function fieldsOf(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'a single value';
  const names = Object.keys(input).slice(0, MOST_NAMED);
  return names.map((name) => JSON.stringify(name.slice(0, 40))).join(', ');
}
