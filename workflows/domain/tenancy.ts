import { z } from 'zod';
import { tableKey } from './scopes';
import { statementText } from './statement';

/** A mapping table: one row for each project and user (or bucket). */
const table = tableKey.describe('The mapping table, named "schema.table".');
const column = z.string().min(1, 'must be the name of a column');
const project = column.describe('The column of the mapping table that holds the ref.');

/** How a project's users are distinguished. `$1` in a statement is the project ref. */
export const userTenancySchema = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('app-metadata').describe('`raw_app_meta_data` names the project.'),
    key: z
      .string()
      .min(1)
      .default('project_ref')
      .describe('The key of `raw_app_meta_data` that holds the ref.'),
  }),
  z.strictObject({
    by: z.literal('instance-id').describe('`instance_id` names the project.'),
    sql: statementText
      .optional()
      .describe(
        'A select that yields the instance ids of the project `$1`; without it, the ref is the id.',
      ),
  }),
  z.strictObject({
    by: z.literal('query').describe('A select names the users.'),
    sql: statementText.describe(
      'A select that yields the column `id`: the users of the project `$1`.',
    ),
  }),
  z.strictObject({
    by: z.literal('table').describe('A mapping table names the users.'),
    table,
    project,
    user: column.describe('The column of the mapping table that holds the id of the user.'),
  }),
  z.strictObject({ by: z.literal('all').describe('Every user of the source.') }),
]);

/** How a project's buckets are distinguished. `$1` in a statement is the project ref. */
export const bucketTenancySchema = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('id-prefix').describe('The id of the bucket begins with the ref.'),
    separator: z.string().min(1).default('-').describe('What follows the ref in the id.'),
  }),
  z.strictObject({
    by: z.literal('owner').describe('The owner of the bucket is a user of the project.'),
  }),
  z.strictObject({
    by: z.literal('query').describe('A select names the buckets.'),
    sql: statementText.describe(
      'A select that yields the column `id`: the buckets of the project `$1`.',
    ),
  }),
  z.strictObject({
    by: z.literal('table').describe('A mapping table names the buckets.'),
    table,
    project,
    bucket: column.describe('The column of the mapping table that holds the id of the bucket.'),
  }),
  z.strictObject({ by: z.literal('all').describe('Every bucket of the source.') }),
]);

/** The rule that tells which users and which buckets belong to a project. Never `all` by default. */
export const tenancySchema = z
  .strictObject({
    users: userTenancySchema
      .prefault({ by: 'app-metadata', key: 'project_ref' })
      .describe('Which users belong to a project.'),
    buckets: bucketTenancySchema
      .prefault({ by: 'id-prefix', separator: '-' })
      .describe('Which buckets belong to a project.'),
    allowShared: z
      .boolean()
      .optional()
      .describe(
        '`true` copies users and buckets that two projects claim to both; otherwise they stop the plan.',
      ),
  })
  .prefault({});

export type UserTenancy = z.infer<typeof userTenancySchema>;
export type BucketTenancy = z.infer<typeof bucketTenancySchema>;
export type Tenancy = z.infer<typeof tenancySchema>;
