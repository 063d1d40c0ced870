import { z } from 'zod';
import { BACKUP_ID, DATABASE_NAME, PROJECT_REF, RESERVED_DATABASES } from './names';

const projectRef = z
  .string()
  .regex(PROJECT_REF, 'must match [a-z0-9][a-z0-9_-]{0,62}, for example "project-abc"');

const databaseName = z
  .string()
  .regex(DATABASE_NAME, 'must match [a-z_][a-z0-9_]{0,62}, for example "project_abc_db"')
  .refine((name) => !RESERVED_DATABASES.includes(name), {
    message: 'must not be postgres or a template database: those are never a target',
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

const replace = z.boolean().default(false);
const onDrift = z.enum(['report', 'fail']).default('report');

/** One project as configuration, queries and requests name it. */
export const projectSchema = z.strictObject({
  ref: projectRef,
  database: databaseName,
  owner: ownerUserId.optional(),
});

/** The input of `migrateProject`. Fields that are left out are looked up in the configured projects. */
export const migrateRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
  replace,
  onDrift,
  /** Whether the plan counts the rows that no project claims; the same for every project of a source. */
  unclaimed: z.boolean().default(true),
  /** How many of its users and buckets other projects claim too, where a fleet has counted it for all. */
  overlap: z
    .strictObject({ users: z.number().int().min(0), buckets: z.number().int().min(0) })
    .optional(),
});

/** The input of `backupProject`. */
export const backupRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
});

/** The input of `restoreProject`. */
export const restoreRequestSchema = z.strictObject({
  backupId,
  databaseName,
  replace,
});

/** The input of `verifyProject`; without `backupId` the project's newest backup is taken. */
export const verifyRequestSchema = z.strictObject({
  projectRef,
  databaseName: databaseName.optional(),
  ownerUserId: ownerUserId.optional(),
  backupId: backupId.optional(),
  onDrift,
});

/** The input of `migrateAll`: every configured project, one after another. */
export const migrateAllRequestSchema = z.strictObject({ replace, onDrift });

/** The input of `reconcile`. */
export const reconcileRequestSchema = z.strictObject({
  /** What becomes of unfinished marks whose run Temporal does not know, or knows no more. */
  forgotten: z.enum(['report', 'restore']).default('report'),
});

export type Project = z.infer<typeof projectSchema>;
export type MigrateRequest = z.infer<typeof migrateRequestSchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;

/** A project whose target and owner are settled. */
export interface ProjectIdentity {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly ownerUserId?: string | undefined;
}
