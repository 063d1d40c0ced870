import { z } from 'zod';
import { tableKey } from './scopes';
import { statementText } from './statement';

/** A mapping table: one row for each project and user (or bucket). */
const name = tableKey;
const column = z.string().min(1, 'must be the name of a column');
const sql = statementText;

/** How a project's users are told apart. `$1` in a statement is the project ref. */
export const userTenancySchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('app-metadata'), key: z.string().min(1).default('project_ref') }),
  z.strictObject({ by: z.literal('instance-id'), sql: sql.optional() }),
  z.strictObject({ by: z.literal('query'), sql }),
  z.strictObject({ by: z.literal('table'), table: name, project: column, user: column }),
  z.strictObject({ by: z.literal('all') }),
]);

/** How a project's buckets are told apart. `$1` in a statement is the project ref. */
export const bucketTenancySchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('id-prefix'), separator: z.string().min(1).default('-') }),
  z.strictObject({ by: z.literal('owner') }),
  z.strictObject({ by: z.literal('query'), sql }),
  z.strictObject({ by: z.literal('table'), table: name, project: column, bucket: column }),
  z.strictObject({ by: z.literal('all') }),
]);

/** The rule that tells which users and which buckets belong to a project. Never `all` by default. */
export const tenancySchema = z
  .strictObject({
    users: userTenancySchema.default({ by: 'app-metadata', key: 'project_ref' }),
    buckets: bucketTenancySchema.default({ by: 'id-prefix', separator: '-' }),
    /** Whether users and buckets that two projects claim are copied to both. */
    allowShared: z.boolean().optional(),
  })
  .prefault({});

export type UserTenancy = z.infer<typeof userTenancySchema>;
export type BucketTenancy = z.infer<typeof bucketTenancySchema>;
export type Tenancy = z.infer<typeof tenancySchema>;
