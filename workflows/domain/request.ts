import { z } from 'zod';
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
  .regex(PROJECT_REF, 'must match [a-z0-9][a-z0-9_-]{0,62}, for example "project-abc"');

const databaseName = z
  .string()
  .regex(DATABASE_NAME, 'must match [a-z_][a-z0-9_]{0,62}, for example "project_abc_db"')
  .refine((name) => !RESERVED_DATABASES.includes(name), {
    message: 'must not be a template database: those are never a target',
  });

const ownerUserId = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters')
  .refine((text) => !Array.from(text).some(isControl), {
    message: 'must not contain control characters',
  });

/** C0 and DEL: they would break a line in a list or a log. */
function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

const backupId = z
  .string()
  .regex(
    BACKUP_ID,
    'must be the name of a backup folder, for example "backup_project-abc_1234567890"',
  );

/** The name of a configured connection. */
export const connectionName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be a plain name such as "shared"');

/** The host whose workers are to do it; left out, whichever worker plans it. */
const host = z
  .string()
  .regex(HOST_ID, 'must be the id of a host, as in the file "host" of its backup directory')
  .optional();

/** The connections that a project comes from and goes to, where not the configured ones. */
const servers = { source: connectionName.optional(), target: connectionName.optional() };

const replace = z.boolean().default(false);
const onDrift = z.enum(['report', 'fail']).default('report');

/** One project as configuration, queries and requests name it. */
export const projectSchema = z.strictObject({
  ref: projectRef.describe('The ref of the project, such as `project-abc`.'),
  database: databaseName.describe('The name of its target database, such as `project_abc_db`.'),
  owner: ownerUserId.optional().describe('The owner of the project; it is only recorded.'),
  source: servers.source.describe('The connection that it comes from, if not the default source.'),
  target: servers.target.describe('The connection that it goes to, if not the default target.'),
});

/** The input of `migrateProject`. Fields that are left out are looked up in the configured projects. */
export const migrateRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
  ...servers,
  host,
  replace,
  onDrift,
  /** Whether the plan counts the rows that no project claims; the same for every project of a source. */
  unclaimed: z.boolean().default(true),
  /** How many of its users and buckets other projects claim too, if a fleet has counted it for all. */
  overlap: z
    .strictObject({ users: z.number().int().min(0), buckets: z.number().int().min(0) })
    .optional(),
});

/** The input of `backupProject`. */
export const backupRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
  ...servers,
  host,
});

/** The input of `restoreProject`. */
export const restoreRequestSchema = z.strictObject({
  backupId,
  databaseName,
  /** The connection on whose server the database is; left out, the project's or the backup's own. */
  target: connectionName.optional(),
  host,
  replace,
});

/** The input of `verifyProject`; without `backupId` the project's newest backup is taken. */
export const verifyRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
  ...servers,
  host,
  backupId: backupId.optional(),
  onDrift,
});

/** Limits as a request or the configuration gives them. */
export const limitsSchema = z.custom<LimitsChange>().superRefine((value, context) => {
  for (const message of problemsOfLimits(value)) context.addIssue({ code: 'custom', message });
});

/** The input of `migrateAll`; the projects are the configured ones unless it says otherwise. */
export const migrateAllRequestSchema = z
  .strictObject({
    host,
    replace,
    onDrift,
    /** A file of the worker's machine with one project a line, as JSON. */
    file: z.string().min(1, 'must be the path of a file').optional(),
    /** Only what failed last: in the fleet named, or in `any` run. */
    failedOf: z
      .string()
      .refine((value) => value === 'any' || FLEET_ID.test(value), {
        message: 'must be the id of a fleet, for example "fleet_1700000000000_0a1b2c3d", or "any"',
      })
      .optional(),
    /** Refs of projects that are left out. */
    exclude: z.array(projectRef).max(1_000, 'must have at most 1000 refs').default([]),
    /** At most this many projects, the smallest, are moved first, and nothing else unless all succeed. */
    canary: z.int().min(0).max(1_000).default(0),
    limits: limitsSchema.default({}),
    /** Whether a cancellation of the fleet also cancels, and so restores, what runs. */
    cancelRunning: z.boolean().default(false),
  })
  .refine(({ file, failedOf }) => file === undefined || failedOf === undefined, {
    message: 'and "failedOf" both say where the projects come from: give one of them',
    path: ['file'],
  });

/** The input of `reconcile`. */
export const reconcileRequestSchema = z
  .strictObject({
    /** What becomes of unfinished markers whose run Temporal does not know, or knows no more. */
    forgotten: z.enum(['report', 'restore']).default('report'),
    /** Left out, all projects. */
    projectRef: projectRef.optional(),
    /** The reason, if the project's target is accepted as it stands instead of being restored. */
    abandon: z.string().trim().min(1, 'must say the reason').max(500).optional(),
  })
  .refine(({ abandon, projectRef: ref }) => abandon === undefined || ref !== undefined, {
    message: 'is for one project: name it in "projectRef"',
    path: ['abandon'],
  });

export type Project = z.infer<typeof projectSchema>;
export type MigrateAllRequest = z.infer<typeof migrateAllRequestSchema>;
export type MigrateRequest = z.infer<typeof migrateRequestSchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
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
