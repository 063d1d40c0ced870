import type { z } from 'zod';

/** Zod's names for kinds of values, in words for people who write JSON. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/**
 * Says what zod found wrong with one value, in moveout's words: `must be a text, not a
 * list`. The value itself is not repeated: it may have been meant for another field.
 */
export function issueWords(issue: z.core.$ZodIssue, value: unknown): string {
  if (isOurs(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(value)}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be at least ${String(issue.minimum)}`
        : 'must not be empty';
    case 'too_big':
      return `must be at most ${String(issue.maximum)}${isCounted(issue.origin) ? ' long' : ''}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return 'is not what it must be';
  }
}

/** Tells whether a message is moveout's own: those of zod begin otherwise. */
export function isOurs(message: string): boolean {
  return !/^(?:Invalid|Unrecognized|Too (?:small|big|few|many))\b/.test(message);
}

function isCounted(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return KINDS['array'] ?? '';
  return KINDS[typeof value] ?? typeof value;
}

/** The value at a path of an input that may be anything; `undefined` if nothing is there. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.entries(value).find(([name]) => name === String(key))?.[1];
  }, input);
}
