import { z } from 'zod';
import { BACKUP_ID, PROJECT_REF } from './names';
import { extentSchema, PROJECT_EXTENT, tableNameSchema } from './extent';
import { NO_SCOPES, scopesSchema } from './scopes';
import { tenancySchema } from './tenancy';

/** The version of the backup format this program writes; it reads no other. */
export const MANIFEST_VERSION = 1;

const count = z.number().int().nonnegative();
const decimal = z.string().regex(/^-?[0-9]+$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A plain file name inside the folder: no separators, no leading dot. */
const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,250}$/);

/**
 * How one column is read: as it is; by its text form (types whose binary form holds OIDs that differ
 * between databases, or that have none); by its `output` function (domains over `bpchar`, whose cast to text drops
 * spaces); by the `number` or `numbers` of objects (`regclass` and the like, and their arrays); or as
 * the nil UUID (`instance_id` on its way into a database of its own).
 */
export const columnSchema = z.strictObject({
  name: z.string().min(1),
  /** As `format_type` prints it, schema-qualified for types that are not built in. */
  type: z.string().min(1),
  read: z.enum(['as-is', 'text', 'output', 'number', 'numbers', 'nil']),
  /** What was written if the source has NULL. */
  whenNull: z.string().optional(),
});

const fileSchema = z.strictObject({ file: fileName, bytes: count, sha256 });

/** One table of a backup. */
export const contentSchema = fileSchema.extend({
  table: tableNameSchema,
  rows: count,
  digest: decimal,
  encoding: z.enum(['json', 'binary', 'text']),
  columns: z.array(columnSchema).min(1),
  /** The columns of the primary key, if there is one; rows that differ are named by them. */
  key: z.array(z.string().min(1)).min(1).optional(),
  /** The digest over the primary keys alone, as they are read; absent if there is none, or if one is rewritten. */
  keyDigest: decimal.optional(),
  /**
   * The generated columns, which are not in the file, and the digest over them and the primary key.
   * Left out are those computed from a column that is rewritten.
   */
  generated: z.strictObject({ columns: z.array(columnSchema).min(1), digest: decimal }).optional(),
  /** The values that stood in a column read as nil, with their row counts (`null` for NULL). */
  replaced: z.array(z.strictObject({ value: z.string().nullable(), rows: count })).optional(),
});

const sequenceSchema = z.strictObject({
  sequence: z.string(),
  /** The column it feeds, `schema.table.column`; `null` for one that stands by itself. */
  ownedBy: z.string().nullable(),
  lastValue: decimal,
  isCalled: z.boolean(),
});

const facts = z.strictObject({
  connection: z.string(),
  database: z.string(),
  systemIdentifier: decimal,
  oid: count,
  serverVersion: count,
});

/** `metadata.json`: the manifest, written last, by rename. A folder without it is no backup. */
export const manifestSchema = z.strictObject({
  backupId: z.string().regex(BACKUP_ID),
  projectRef: z.string().regex(PROJECT_REF),
  databaseName: z.string(),
  ownerUserId: z.string().optional(),
  /** When the snapshot was taken, ISO 8601 in UTC. */
  timestamp: z.string(),
  backupPath: z.string(),
  tables: z.array(z.string()),
  rowCounts: z.record(z.string(), count),
  version: z.literal(MANIFEST_VERSION),
  kind: z.enum(['project', 'target']),
  format: z.enum(['json', 'copy']),
  /** The database that was read. */
  source: facts,
  snapshotLsn: z.string(),
  /** What a later snapshot of the same running server tells changed rows by; absent: it does not. */
  rowVersions: z
    .strictObject({
      /** The oldest transaction that had not ended, as `xid8`: what is below it had. */
      xmin: decimal,
      /** Names one uninterrupted run of one server: neither restarted, nor restored, nor another copy. */
      server: z.string().min(1),
    })
    .optional(),
  /** Absent for backups of kind `target`: all rows of the database are in scope. */
  tenancy: tenancySchema.optional(),
  /** The configured scopes besides the built-in rules. */
  scopes: scopesSchema.default(NO_SCOPES),
  /** What of the database was saved. */
  extent: extentSchema.default({
    schemas: [...PROJECT_EXTENT.schemas],
    tables: [],
    withoutColumns: [],
  }),
  /** The seed of every digest in this manifest. */
  seed: decimal,
  contents: z.array(contentSchema),
  sequences: z.array(sequenceSchema),
  /** `schema.sql`, for people; its statements; the facts it was made from, for comparing later without the database. */
  schema: fileSchema.extend({
    digest: sha256,
    /** What a restore runs: the statements before the rows and those behind them. */
    statements: fileSchema,
    snapshot: fileSchema,
    /** Roles that the statements mention. */
    roles: z.array(z.string()).optional(),
    /** Extensions that they create unless they are there. */
    extensions: z
      .array(z.strictObject({ name: z.string(), schema: z.string(), version: z.string() }))
      .optional(),
  }),
  /** Encoding, locale, grants and settings of the database that was read. */
  database: z.record(z.string(), z.unknown()),
});

export type ColumnProjection = z.infer<typeof columnSchema>;
export type RowVersions = NonNullable<Manifest['rowVersions']>;
export type Content = z.infer<typeof contentSchema>;
export type SequenceState = z.infer<typeof sequenceSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
