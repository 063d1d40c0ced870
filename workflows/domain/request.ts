import * as z from 'zod/mini';
import { problemsOfLimits, type LimitsChange } from './limits';
import {
  BACKUP_ID,
  DATABASE_NAME,
  FLEET_ID,
  HOST_ID,
  PROJECT_REF,
  RESERVED_DATABASES,
} from './names';

const projectRef = z
  .string()
  .check(z.regex(PROJECT_REF, 'must match [a-z0-9][a-z0-9_-]{0,62}, for example "project-abc"'));

const databaseName = z.string().check(
  z.regex(DATABASE_NAME, 'must match [a-z_][a-z0-9_]{0,62}, for example "project_abc_db"'),
  z.refine<string>(
    (name) => !RESERVED_DATABASES.includes(name),
    'must not be a template database: those are never a target',
  ),
);

const ownerUserId = z.string().check(
  z.minLength(1, 'must not be empty'),
  z.maxLength(255, 'must have at most 255 characters'),
  z.refine<string>(
    (text) => !Array.from(text).some(isControl),
    'must not contain control characters',
  ),
);

/** C0 and DEL: they would break a line in a list or a log. */
function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

const backupId = z
  .string()
  .check(
    z.regex(
      BACKUP_ID,
      'must be the name of a backup folder, for example "backup_project-abc_1234567890"',
    ),
  );

/** The name of a configured connection. */
export const connectionName = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be a plain name such as "shared"'));

/** The host whose workers are to do it; left out, whichever worker plans it. */
const host = z.optional(
  z
    .string()
    .check(
      z.regex(HOST_ID, 'must be the id of a host, as in the file "host" of its backup directory'),
    ),
);

/** The connections that a project comes from and goes to, where not the configured ones. */
const servers = { source: z.optional(connectionName), target: z.optional(connectionName) };

const JOBS = 'must be a whole number from 1 to 16';

/** How many sessions of one project read or write rows; left out, as many as the configuration says. */
const jobs = z.optional(z.int(JOBS).check(z.gte(1, JOBS), z.lte(16, JOBS)));

const replace = z._default(z.boolean(), false);
const onDrift = z._default(z.enum(['report', 'fail']), 'report');

/** One project as configuration, queries and requests name it. */
export const projectSchema = z.strictObject({
  ref: projectRef.check(z.describe('The ref of the project, such as `project-abc`.')),
  database: databaseName.check(
    z.describe('The name of its target database, such as `project_abc_db`.'),
  ),
  owner: z
    .optional(ownerUserId)
    .check(z.describe('The owner of the project; it is only recorded.')),
  source: servers.source.check(
    z.describe('The connection that it comes from, if not the default source.'),
  ),
  target: servers.target.check(
    z.describe('The connection that it goes to, if not the default target.'),
  ),
});

/** The input of `migrateProject`. Fields that are left out are looked up in the configured projects. */
export const migrateRequestSchema = z.strictObject({
  projectRef,
  databaseName: z.optional(databaseName),
  ownerUserId: z.optional(ownerUserId),
  ...servers,
  host,
  jobs,
  replace,
  onDrift,
  /** Whether a plan that is only shown counts the rows that no project claims; they are the same for every project of a source. */
  unclaimed: z._default(z.boolean(), true),
  /** How many of its users and buckets other projects claim too, if a fleet has counted it for all. */
  overlap: z.optional(
    z.strictObject({
      users: z.int().check(z.gte(0)),
      buckets: z.int().check(z.gte(0)),
    }),
  ),
});

/** The input of `backupProject`. */
export const backupRequestSchema = z.strictObject({
  projectRef,
  databaseName: z.optional(databaseName),
  ownerUserId: z.optional(ownerUserId),
  ...servers,
  host,
  jobs,
});

/** The input of `restoreProject`. */
export const restoreRequestSchema = z.strictObject({
  backupId,
  databaseName,
  /** The connection on whose server the database is; left out, the project's or the backup's own. */
  target: z.optional(connectionName),
  host,
  jobs,
  replace,
});

/** The input of `verifyProject`; without `backupId` the project's newest backup is taken. */
export const verifyRequestSchema = z.strictObject({
  projectRef,
  databaseName: z.optional(databaseName),
  ownerUserId: z.optional(ownerUserId),
  ...servers,
  host,
  jobs,
  backupId: z.optional(backupId),
  onDrift,
});

/** Limits as a request or the configuration gives them. */
export const limitsSchema = z.custom<LimitsChange>().check(
  z.superRefine<LimitsChange>((value, context) => {
    for (const message of problemsOfLimits(value)) context.addIssue({ code: 'custom', message });
  }),
);

/** The input of `migrateAll`; the projects are the configured ones unless it says otherwise. */
export const migrateAllRequestSchema = z
  .strictObject({
    host,
    jobs,
    replace,
    onDrift,
    /** A file of the worker's machine with one project a line, as JSON. */
    file: z.optional(z.string().check(z.minLength(1, 'must be the path of a file'))),
    /** Only what failed last: in the fleet named, or in `any` run. */
    failedOf: z.optional(
      z
        .string()
        .check(
          z.refine<string>(
            (value) => value === 'any' || FLEET_ID.test(value),
            'must be the id of a fleet, for example "fleet_1700000000000_0a1b2c3d", or "any"',
          ),
        ),
    ),
    /** Refs of projects that are left out. */
    exclude: z._default(
      z.array(projectRef).check(z.maxLength(1_000, 'must have at most 1000 refs')),
      [],
    ),
    /** At most this many projects, the smallest, are moved first, and nothing else unless all succeed. */
    canary: z._default(z.int().check(z.gte(0), z.lte(1_000)), 0),
    limits: z._default(limitsSchema, {}),
    /** Whether a cancellation of the fleet also cancels, and so restores, what runs. */
    cancelRunning: z._default(z.boolean(), false),
  })
  .check(
    z.refine(({ file, failedOf }) => file === undefined || failedOf === undefined, {
      message: 'and "failedOf" both say where the projects come from: give one of them',
      path: ['file'],
    }),
  );

/** What is shown on terminals, in lists and in logs must not look like anything else that stands there. */
const ONE_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

/** The input of `reconcile`. */
export const reconcileRequestSchema = z
  .strictObject({
    /** What becomes of unfinished markers whose run Temporal does not know, or knows no more. */
    forgotten: z._default(z.enum(['report', 'restore']), 'report'),
    /** Left out, all projects. */
    projectRef: z.optional(projectRef),
    /** The reason, if the project's target is accepted as it stands instead of being restored. */
    abandon: z.optional(
      z
        .string()
        .check(
          z.trim(),
          z.minLength(1, 'must say the reason'),
          z.maxLength(500, 'must have at most 500 characters'),
          z.regex(ONE_LINE, 'must be one line, without control characters'),
        ),
    ),
  })
  .check(
    z.refine(({ abandon, projectRef: ref }) => abandon === undefined || ref !== undefined, {
      message: 'is for one project: name it in "projectRef"',
      path: ['abandon'],
    }),
  );

export type Project = z.infer<typeof projectSchema>;
export type MigrateAllRequest = z.infer<typeof migrateAllRequestSchema>;
export type MigrateRequest = z.infer<typeof migrateRequestSchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
export type BackupRequest = z.infer<typeof backupRequestSchema>;
export type ReconcileRequest = z.infer<typeof reconcileRequestSchema>;
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;

/** A project whose target and owner are resolved. */
export interface ProjectIdentity {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly ownerUserId?: string | undefined;
}

/** The identity alone of something that says more of a project. */
export function identityOf({
  projectRef: ref,
  databaseName: database,
  ownerUserId: owner,
}: ProjectIdentity): ProjectIdentity {
  return { projectRef: ref, databaseName: database, ownerUserId: owner };
}
