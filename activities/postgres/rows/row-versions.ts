import type { Client } from 'pg';
import { z } from 'zod';
import type { Content, Manifest } from '../../../workflows/domain/manifest';
import { splitTable } from '../../../workflows/domain/object-names';
import { readIdentity, sameDatabase } from '../catalog/databases';
import { literal, qualified } from '../identifiers';
import { RUNNING_SERVER } from '../session/transaction';
import { keyHash } from './fingerprint';
import { keyValues, type KeyValues } from './projection';

/**
 * Finds by row versions what has certainly not changed since a backup, without hashing all content.
 *
 * The rule: a row version that an earlier snapshot did not see has an `xmin` at or above that snapshot's own.
 * A transaction below it had ended by then, subtransactions included, so what it made was seen. Row locks
 * and VACUUM keep `xmin`; a rewrite that gives new ones only makes rows look changed. Nothing tells rows apart
 * that were deleted, or that came into scope or left it by a change of another table: so the rows are
 * counted and their keys are digested as well. If no row in scope has a new version and the keys are those of the backup,
 * each key names the row that it named in the backup, in the version of the backup.
 *
 * Content is more than a row's version where a change of the catalog shows in rows that nobody has written:
 * see `STEADY`.
 */
export interface ScopedContent {
  readonly content: Content;
  /** The rows in scope now, as a predicate over the alias `t`. */
  readonly where: string;
}

/** The backup's part in the comparison. */
export type Since = Pick<Manifest, 'source' | 'rowVersions' | 'seed'>;

/**
 * Half of the numbers a 32-bit `xmin` can have lie before a given one. Well below that: rows are written
 * while they are counted.
 */
const MOST_TRANSACTIONS = 1_500_000_000;

/**
 * Names the tables whose rows in scope are certainly those of the backup, to the byte, as the session's
 * snapshot sees them. A table that is not named may be the same all the same. Before each, waits for its turn.
 */
export async function unchangedTables(
  client: Client,
  since: Since,
  tables: readonly ScopedContent[],
  awaitTurn: () => Promise<void> = () => Promise.resolve(),
): Promise<ReadonlySet<string>> {
  const { rowVersions, source, seed } = since;
  const asked = tables.flatMap(({ content, where }) => {
    const keys = content.keyDigest === undefined ? undefined : keyValues(content);
    return keys === undefined ? [] : [{ content, where, keys }];
  });
  if (rowVersions === undefined || asked.length === 0) return new Set();
  if (!(await isComparable(client, { ...rowVersions, source }))) return new Set();
  const { xmin } = rowVersions;
  const same: ScopedContent[] = [];
  for (const one of asked) {
    await awaitTurn();
    const result = await client.query(versionsOf(one, { xmin, seed }));
    const { rows, keys, isNewer } = versionsRow.parse(result.rows[0]);
    if (!isNewer && rows === one.content.rows && keys === one.content.keyDigest) same.push(one);
  }
  // Only now: the locks of the scans keep the tables as they are until the transaction ends.
  return steadyTables(
    client,
    same.map(({ content }) => content.table),
    xmin,
  );
}

const versionsRow = z.object({
  rows: z.coerce.number(),
  keys: z.string(),
  isNewer: z.boolean(),
});

function versionsOf(
  { content, where, keys }: ScopedContent & { readonly keys: KeyValues },
  { xmin, seed }: { readonly xmin: string; readonly seed: string },
): string {
  return `SELECT count(*)::text AS rows, coalesce(sum(${keyHash(keys, seed)}), 0)::text AS keys,
                 coalesce(bool_or(${isNewer('t', xmin)}), false) AS "isNewer"
            FROM ${qualified(content.table)} AS t WHERE ${where}`;
}

/** Whether the version of a row may be newer than the snapshot with this `xmin`; true of too many rather than too few. */
function isNewer(alias: string, xmin: string): string {
  return `age(${alias}.xmin) <= age(${literal(xmin)}::xid8::xid)`;
}

const comparableRow = z.object({ comparable: z.boolean() });

/** Whether the session is in the database of the backup, on the server that has run on since, not too long ago. */
async function isComparable(
  client: Client,
  { xmin, server, source }: Pick<Manifest, 'source'> & { xmin: string; server: string },
): Promise<boolean> {
  if (!sameDatabase(await readIdentity(client, source.connection), source)) return false;
  const result = await client.query(
    `SELECT ${RUNNING_SERVER} = $1
            AND pg_snapshot_xmax(pg_current_snapshot())::text::numeric - $2::numeric
                BETWEEN 0 AND ${MOST_TRANSACTIONS} AS comparable`,
    [server, xmin],
  );
  return comparableRow.parse(result.rows[0]).comparable;
}

const nameRow = z.object({ name: z.string() });

async function steadyTables(
  client: Client,
  tables: readonly string[],
  xmin: string,
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const names = tables.map(splitTable);
  const result = await client.query(steady(xmin), [
    tables,
    tables.map(qualified),
    names.map(([schema]) => schema),
    names.map(([, name]) => name),
  ]);
  const rows = z.array(nameRow).parse(result.rows);
  return new Set(rows.map(({ name }) => name));
}

/**
 * The tables in which a row reads the same as long as its version is the same. Such a table
 *
 * - is an ordinary one with PostgreSQL's own storage: not foreign, and without partitions or children, which can
 *   be attached with all their old rows;
 * - is the one that had the name before: tables, schemas and columns can swap their names, and a table can
 *   get a column whose value no row holds. Each of these writes a row of the catalog, which has a version, too;
 * - has types only whose text or bytes depend on nothing but the value: built-in ones, enumerations, those of
 *   an extension; and domains and arrays of these. A label that is renamed, a type that is replaced, or an
 *   extension that is updated has a new version of its own row. Values that name objects, and composite types, are left
 *   to the fingerprint.
 *
 * The rows of the catalog are those of the session's snapshot; the name must lead to the same table now.
 */
function steady(xmin: string): string {
  return `
  SELECT asked.name
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS asked (name, quoted, "schema", "table")
    JOIN pg_namespace AS n ON n.nspname = asked.schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = asked.table
    JOIN pg_am AS m ON m.oid = c.relam
   WHERE c.oid = to_regclass(asked.quoted) AND c.relkind = 'r' AND m.amname = 'heap' AND NOT c.relhassubclass
     AND NOT ${isNewer('n', xmin)} AND NOT ${isNewer('c', xmin)}
     AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND ${isNewer('a', xmin)})
     AND NOT EXISTS (
       WITH RECURSIVE held (oid) AS (
         SELECT a.atttypid FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         UNION
         SELECT below.oid FROM held AS h JOIN pg_type AS y ON y.oid = h.oid,
                LATERAL (VALUES (y.typbasetype), (y.typelem)) AS below (oid)
          WHERE below.oid <> 0)
       SELECT FROM held AS h LEFT JOIN pg_type AS y ON y.oid = h.oid
        WHERE y.oid IS NULL OR ${isNewer('y', xmin)} OR ${unsteadyType(xmin)})`;
}

/** Over the alias `y` of `pg_type`. */
function unsteadyType(xmin: string): string {
  const isBuiltIn = 'y.oid::int8 < 16384';
  return `CASE
      WHEN y.typbasetype <> 0 OR y.typsubscript = 'array_subscript_handler'::regproc THEN false
      WHEN y.typtype = 'e' THEN EXISTS (
        SELECT FROM pg_enum AS l WHERE l.enumtypid = y.oid AND ${isNewer('l', xmin)})
      WHEN ${isBuiltIn} THEN y.typsend = 0 OR y.typname ~ '^reg' OR y.typtype NOT IN ('b', 'r', 'm')
      WHEN y.typtype <> 'b' THEN true
      ELSE NOT EXISTS (
        SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_type'::regclass AND d.objid = y.oid AND d.deptype = 'e'
           AND d.refclassid = 'pg_extension'::regclass AND NOT ${isNewer('e', xmin)}) END`;
}
