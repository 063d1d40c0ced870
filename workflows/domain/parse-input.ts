import * as z from 'zod/mini';
import { issueWords, valueAt } from './issue-words';

/** A request that can be followed, or what is wrong with it: one message that names every field. */
export type ParsedInput<Request> =
  { readonly request: Request; readonly message?: undefined } | { readonly message: string };

/** What says which requests can be followed. */
export type RequestSchema<Request = unknown> = z.core.$ZodType<Request>;

/** The request that a schema lets through. */
export type RequestOf<Schema extends RequestSchema> = z.output<Schema>;

/** Checks an input as it came. The one function between what anybody may send and a typed request. */
export function parseInput<Schema extends RequestSchema>(
  schema: Schema,
  input: unknown,
): ParsedInput<RequestOf<Schema>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return {
      message:
        'the input must be one JSON object, for example {"projectRef":"project-abc","databaseName":"project_abc_db"}',
    };
  const parsed = z.safeParse(schema, input);
  if (parsed.success) return { request: parsed.data };
  return { message: parsed.error.issues.map((issue) => describe(issue, input)).join('; ') };
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
