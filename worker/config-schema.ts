import { z } from 'zod';
import { connectionName, limitsSchema, projectSchema } from '../workflows/domain/request';
import { scopesSchema } from '../workflows/domain/scopes';
import { statementTextForAll } from '../workflows/domain/statement';
import { tenancySchema } from '../workflows/domain/tenancy';
import { TIMING } from '../workflows/domain/timing';
import { durationSetting, durationText } from './duration';
import { LIMITS_JSON_SCHEMA } from './limits-json-schema';

const ENV_NAME =
  'must be the name of an environment variable; the URL itself stays out of the file';
const environmentName = z.string(ENV_NAME).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, ENV_NAME);

const projects = z
  .strictObject({
    list: z.array(projectSchema).optional().describe('The projects, one by one.'),
    query: statementTextForAll
      .optional()
      .describe(
        'A select in the default source that yields `ref`, `database` and, if wanted, `owner`, `source`, `target`.',
      ),
  })
  .refine(({ list, query }) => (list === undefined) !== (query === undefined), {
    message: 'must have either list or query',
  })
  .meta({
    description: 'The projects: either `list` or `query`.',
    oneOf: [{ required: ['list'] }, { required: ['query'] }],
  });

const timing = z
  .strictObject({
    // Heartbeats are sent every second and held back for up to two.
    silence: lengthOfTime({ atLeast: 3_000, usual: TIMING.silence }).describe(
      'The heartbeat timeout: a worker that sends no heartbeat for this long counts as dead; at least `3s`.',
    ),
    longestPause: lengthOfTime({ atLeast: 1_000, usual: TIMING.longestPause }).describe(
      'The pauses between two attempts grow from a second up to this; at least `1s`.',
    ),
    parkAfter: lengthOfTime({ atLeast: 1_000, usual: TIMING.parkAfter }).describe(
      'How long a failing restore is retried, pauses included, before the run is parked; at least `1s`.',
    ),
  })
  .prefault({})
  .describe('How patient a run is.');

function lengthOfTime(bounds: {
  readonly atLeast: number;
  readonly usual: number;
}): z.ZodPrefault<z.ZodType<number, string>> {
  return durationSetting(bounds).prefault(durationText(bounds.usual));
}

const connection = z.strictObject({
  env: environmentName.describe(
    'The environment variable that holds the URL (`NAME`, or `NAME_FILE` for a file with it). The URL is a secret; the name of the variable is not.',
  ),
  maintenanceDatabase: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe(
      'The database in which locks are taken and from which databases are created; if absent, moveout looks for one.',
    ),
});

const backup = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .default('./backups')
      .describe(
        'The folder of the backups; a relative path starts at the folder of this file. The backups hold rows in the clear.',
      ),
    format: z
      .enum(['auto', 'json', 'copy'])
      .default('auto')
      .describe(
        '`json` can be read by people, `copy` holds the bytes of COPY, `auto` chooses by the size.',
      ),
  })
  .prefault({})
  .describe('Where backups are, and in which format.');

const sessions = z
  .strictObject({
    perProject: z
      .int('must be a whole number from 1 to 16')
      .min(1)
      .max(16)
      .default(2)
      .describe('How many sessions of one step read or write rows at the same time.'),
  })
  .prefault({})
  .describe('How many sessions moveout opens.');

const WHOLE = 'must be a whole number';

const throttle = z
  .strictObject({
    maxLagBytes: z
      .int(`${WHOLE} of bytes, from 1`)
      .min(1)
      .optional()
      .describe(
        'How many bytes of WAL a standby or subscriber that streams from the source may be behind, by its replay position; of a source that is a standby, also how far it is behind itself. Slots that nobody reads do not count.',
      ),
    maxActiveSessions: z
      .int(`${WHOLE} from 0`)
      .min(0)
      .optional()
      .describe(
        'How many sessions of others may be active on the server of the source, in all its databases. Those of moveout do not count.',
      ),
    query: statementTextForAll
      .optional()
      .describe(
        'A select in the source that yields one row with one boolean or text: if it is `true`, moveout reads on; any other text says why moveout waits. The text is shown in Temporal: it must not hold rows.',
      ),
    every: lengthOfTime({ atLeast: 100, usual: 1_000 }).describe(
      'The shortest time between two questions to the source; at least `100ms`.',
    ),
  })
  .refine(
    (limits) => (limits.maxLagBytes ?? limits.maxActiveSessions ?? limits.query) !== undefined,
    { message: 'must have maxLagBytes, maxActiveSessions or query' },
  )
  .meta({
    description:
      'Limits for a source in use. While one is exceeded, moveout waits: before a plan, a snapshot and a table, and in the middle of the COPY of a table. Without it moveout never waits.',
    anyOf: ['maxLagBytes', 'maxActiveSessions', 'query'].map((name) => ({ required: [name] })),
  });

const fleet = z
  .strictObject({
    limits: z._default(limitsSchema, {}).meta({
      ...LIMITS_JSON_SCHEMA,
      description: 'The limits of a fleet, unless its request changes them.',
    }),
    templates: z
      .enum(['drop', 'keep', 'never'])
      .default('drop')
      .describe(
        'What becomes of the empty databases that small projects are cloned from: dropped when the fleet ends, kept, or never made.',
      ),
  })
  .prefault({})
  .describe('Settings of every fleet.');

/**
 * `moveout.config.yaml` as people write it. The descriptions are what an editor shows, and the table of settings in
 * docs/configuration.md; `npm run docs` writes both.
 */
export const configSchema = z.strictObject({
  connections: z
    .record(connectionName, connection)
    .default({})
    .describe(
      'The servers, by a name of your own. Without any there is `shared`, whose URL is in `MOVEOUT_SOURCE_URL`.',
    ),
  source: z
    .optional(connectionName)
    .describe('The connection that projects come from; without it, the first one.'),
  target: z
    .optional(connectionName)
    .describe('The connection that projects go to; without it, the server of the source.'),
  tenancy: tenancySchema.describe(
    'The rule that tells which users and buckets belong to a project.',
  ),
  ...scopesSchema.shape,
  createRoles: z
    .boolean()
    .default(false)
    .describe(
      '`true` creates roles that the server of the target lacks, without login or password.',
    ),
  projects: projects.optional(),
  backup,
  sessions,
  throttle: throttle.optional(),
  timing,
  fleet,
});

export type ConfigFile = z.infer<typeof configSchema>;
