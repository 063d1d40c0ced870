import { LIMITS, WEEKDAYS } from '../workflows/domain/limits';

const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });

const count = (least: number, description: string): object => ({
  ...orNull({ type: 'integer', minimum: least }),
  description,
});

const clock = (description: string): object => ({
  type: 'string',
  pattern: '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$',
  description,
});

const WINDOW = {
  type: 'object',
  properties: {
    from: clock('When it opens, as `HH:MM`.'),
    to: clock('When it closes, as `HH:MM`; if not later than `from`, on the next day.'),
    timezone: { type: 'string', description: 'A time zone, such as `Europe/Berlin`.' },
    days: {
      type: 'array',
      items: { type: 'string', enum: WEEKDAYS },
      minItems: 1,
      description: 'The days on which it opens; without it, every day.',
    },
  },
  required: ['from', 'to', 'timezone'],
  additionalProperties: false,
};

/**
 * The limits as JSON schema, for editors and docs. It says the same as `problemsOfLimits`, which decides; only
 * whether a time zone exists it cannot know.
 */
export const LIMITS_JSON_SCHEMA = {
  type: 'object',
  properties: {
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 500,
      default: LIMITS.concurrency,
      description: 'Concurrent migrations, over all servers.',
    },
    perSource: count(1, 'Concurrent migrations from one source server.'),
    perTarget: count(1, 'Concurrent migrations into one target server.'),
    maxFailures: count(0, 'The fleet stops when more projects than this have failed.'),
    maxFailureRatio: {
      ...orNull({ type: 'number', minimum: 0, exclusiveMaximum: 1 }),
      description:
        'The fleet stops when more than this share of the ended projects, at least ten, has failed.',
    },
    window: { ...orNull(WINDOW), description: 'The hours in which projects are started.' },
  },
  additionalProperties: false,
};
