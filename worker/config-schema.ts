import { z } from 'zod';
import { connectionName, limitsSchema, projectSchema } from '../workflows/domain/request';
import { scopesSchema } from '../workflows/domain/scopes';
import { statementTextForAll } from '../workflows/domain/statement';
import { tenancySchema } from '../workflows/domain/tenancy';
import { TIMING } from '../workflows/domain/timing';
import { duration } from './duration';

const ENV_NAME =
  'must be the name of an environment variable; the URL itself stays out of the file';
const environmentName = z.string(ENV_NAME).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, ENV_NAME);

const projects = z
  .strictObject({
    list: z.array(projectSchema).optional(),
    query: statementTextForAll.optional(),
  })
  .refine(({ list, query }) => (list === undefined) !== (query === undefined), {
    message: 'must have either list or query',
  });

const timing = z
  .strictObject({
    // Heartbeats are sent every second and held back for up to two.
    silence: duration({ atLeast: 3_000 }).default(TIMING.silence),
    longestPause: duration({ atLeast: 1_000 }).default(TIMING.longestPause),
    parkAfter: duration({ atLeast: 1_000 }).default(TIMING.parkAfter),
  })
  .prefault({});

/** `moveout.config.yaml` as people write it. */
export const configSchema = z.strictObject({
  connections: z
    .record(
      connectionName,
      z.strictObject({
        env: environmentName,
        /** Where locks are taken and databases are created from; left out, one is looked for. */
        maintenanceDatabase: z.string().min(1).max(63).optional(),
      }),
    )
    .default({}),
  source: connectionName.optional(),
  target: connectionName.optional(),
  tenancy: tenancySchema,
  ...scopesSchema.shape,
  createRoles: z.boolean().default(false),
  projects: projects.optional(),
  backup: z
    .strictObject({
      directory: z.string().min(1).default('./backups'),
      format: z.enum(['auto', 'json', 'copy']).default('auto'),
    })
    .prefault({}),
  timing,
  /** What fleets may do where their request does not say it, and what becomes of their templates. */
  fleet: z
    .strictObject({
      limits: limitsSchema.default({}),
      templates: z.enum(['drop', 'keep', 'never']).default('drop'),
    })
    .prefault({}),
});

export type ConfigFile = z.infer<typeof configSchema>;
