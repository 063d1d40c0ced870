import type { z } from 'zod';
import { issueWords, valueAt } from '../../workflows/domain/issue-words';
import { failure } from './failure';

/** Checks an input as it came; all that is wrong with it is one message that names every field. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  if (input === undefined || input === null || typeof input !== 'object' || Array.isArray(input)) {
    throw failure(
      'InvalidInput',
      'the input must be one JSON object, for example {"projectRef":"project-abc","databaseName":"project_abc_db"}',
    );
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw failure(
    'InvalidInput',
    parsed.error.issues.map((issue) => describe(issue, input)).join('; '),
  );
}

function describe(issue: z.core.$ZodIssue, input: object): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `unknown field ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  }
  const missing =
    issue.code === 'invalid_type' && issue.path.length === 1 && !Object.hasOwn(input, field);
  return missing
    ? `"${field}" is missing`
    : `"${field}" ${issueWords(issue, valueAt(input, issue.path))}`;
}
