import { counted } from '../../../workflows/domain/counted';
import { problem, type Findings } from '../../../workflows/domain/findings';
import { DatabaseError, type Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { CatalogCache } from '../catalog/cache';
import { inExtent } from '../catalog/tables';
import { databaseFailure } from '../errors/classify';
import { qualified, tableNameSql } from '../identifiers';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { SEARCH_PUBLIC } from '../session/settings';
import { underSavepoint } from '../session/transaction';
import { NOT_FOUND } from './computed';

const computedRow = z.object({
  kind: z.enum(['check', 'column']),
  /** The constraint's or the column's name, as SQL writes it. */
  name: z.string(),
  table: z.string(),
  /** A condition over the table's columns, which rows meet that the target would not take or would hold otherwise. */
  breaks: z.string(),
  /** What settles it, to be run in the source. */
  statement: z.string(),
});

/** A check or a generated column that comes to another result now than when rows of the project were written. */
interface Stale extends Omit<z.infer<typeof computedRow>, 'breaks'> {
  readonly rows: number;
  /** PostgreSQL's reason if it cannot be computed any more, `undefined` if it can. */
  readonly because: string | undefined;
}

const computed = new CatalogCache<readonly z.infer<typeof computedRow>[]>();

/**
 * What would refuse or change the project's rows in any database is a problem (`stale-rows`). The session's
 * transaction must be that in which the scope was read, and is as good as before.
 */
export async function checkStale(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<Findings> {
  const found = await findStaleRows(client, extent, scope);
  return problem('stale-rows', found.map(inWords));
}

function inWords({ kind, name, table, rows, because, statement }: Stale): string {
  const what = kind === 'check' ? `check ${name}` : `generated column ${name}`;
  if (because !== undefined)
    return `${what} of ${table} cannot be computed for the project's rows any more, so that they could not be loaded (${because}); change it in the source so that it can`;
  const why = 'its function has changed since they were written, or it depends on the time';
  return kind === 'check'
    ? `${counted(rows, 'row')} of ${table} would break ${what} in the target: ${why}; correct the rows in the source, or let the check hold for new rows only: ${statement};`
    : `${counted(rows, 'row')} of ${table} would get another value in ${what}: ${why}; have the source compute it again: ${statement};`;
}

/**
 * Finds rows of the project that break a check of their table, or hold another value in a generated column, if it
 * is computed once more: its function has changed since, or it depends on the time or the session.
 */
async function findStaleRows(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<readonly Stale[]> {
  const tables = new Map(scope.tables.map((table) => [table.facts.table, table]));
  await client.query(SEARCH_CATALOG);
  const all = await computed.getOrLoad(client, extent, () => listComputed(client, extent));
  const found: Stale[] = [];
  for (const { breaks, ...one } of all) {
    const scoped = tables.get(one.table);
    if (scoped === undefined) continue;
    // A configured statement, which may be part of the scope, may name tables of public without their schema.
    const needsPublic = !(await isReadable(client, scoped));
    if (needsPublic) await client.query(SEARCH_PUBLIC);
    const { rows, because } = await tryOut(client, scoped, breaks);
    if (needsPublic) await client.query(SEARCH_CATALOG);
    if (rows > 0 || because !== undefined) found.push({ ...one, rows, because });
  }
  await client.query(SEARCH_PUBLIC);
  return found;
}

/** As rows are loaded: what a function names without a schema is found in the catalog only. */
const SEARCH_CATALOG = `SELECT set_config('search_path', 'pg_catalog', true)`;

/** Whether PostgreSQL finds all that the scope of a table names; no row is read. */
async function isReadable(client: Client, { facts, where }: ScopedTable): Promise<boolean> {
  const outcome = await underSavepoint(client, NOT_FOUND, () =>
    client.query(`SELECT FROM ${qualified(facts.table)} AS t WHERE (${where}) LIMIT 0`),
  );
  return 'result' in outcome;
}

const countRow = z.object({ rows: z.coerce.number() });

/** What the role may not call it cannot try; whether the target's may is another check. */
const NOT_ALLOWED = '42501';

async function tryOut(
  client: Client,
  { facts, where }: ScopedTable,
  breaks: string,
): Promise<Pick<Stale, 'rows' | 'because'>> {
  await client.query('SAVEPOINT stale');
  try {
    const result = await client.query(
      `SELECT count(*)::text AS rows FROM (SELECT * FROM ${qualified(facts.table)} AS t WHERE (${where})) AS r WHERE ${breaks}`,
    );
    await client.query('RELEASE SAVEPOINT stale');
    return { rows: countRow.parse(result.rows[0]).rows, because: undefined };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT stale');
    if (error.code === NOT_ALLOWED) return { rows: 0, because: undefined };
    return { rows: 0, because: databaseFailure(error, 'computed for the project').message };
  }
}

/** Whether a check may come to another result than before; the built-in functions that are no dependencies are found by name. */
const MAY_CHANGE = `
  EXISTS (SELECT FROM pg_depend d
           WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid = 'pg_proc'::regclass)
  OR e.text ~ '\\m(CURRENT|LOCAL|SESSION)_?(DATE|TIME|TIMESTAMP|USER|ROLE|CATALOG|SCHEMA)\\M|\\mUSER\\M'
  OR EXISTS (SELECT FROM regexp_matches(e.text, '([a-z_][a-z0-9_]*)\\(', 'g') AS m (found)
               JOIN pg_proc p ON p.proname = m.found[1] AND p.pronamespace = 'pg_catalog'::regnamespace
              WHERE p.provolatile <> 'i')
  OR EXISTS (SELECT FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey) AND a.atttypid = 'timestamptz'::regtype)`;

async function listComputed(
  client: Client,
  extent: Extent,
): Promise<readonly z.infer<typeof computedRow>[]> {
  const result = await client.query(
    `SELECT 'check' AS kind, quote_ident(k.conname) AS name, ${tableNameSql('n', 'c')} AS "table",
            format('NOT (%s)', e.text) AS breaks,
            format('ALTER TABLE %I.%I DROP CONSTRAINT %I, ADD CONSTRAINT %I %s NOT VALID',
                   n.nspname, c.relname, k.conname, k.conname, pg_get_constraintdef(k.oid)) AS statement
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL pg_get_expr(k.conbin, k.conrelid) AS e (text)
      WHERE k.contype = 'c' AND k.convalidated AND NOT c.relispartition AND ${inExtent('n', 'c')} AND (${MAY_CHANGE})
     UNION ALL
     SELECT 'column', quote_ident(a.attname), ${tableNameSql('n', 'c')},
            format('%I::text IS DISTINCT FROM (%s)::%s::text', a.attname, pg_get_expr(f.adbin, f.adrelid),
                   format_type(a.atttypid, a.atttypmod)),
            format('UPDATE %I.%I SET %I = %I', n.nspname, c.relname, b.attname, b.attname)
       FROM pg_attrdef f
       JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated = 's'
       JOIN pg_class c ON c.oid = f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
       -- An UPDATE computes it again only if it changes a column that it comes from.
       JOIN LATERAL (SELECT o.attname FROM pg_depend y
                       JOIN pg_attribute o ON o.attrelid = c.oid AND o.attnum = y.refobjsubid AND o.attgenerated = ''
                      WHERE (y.classid = 'pg_attrdef'::regclass AND y.objid = f.oid
                             OR y.classid = 'pg_class'::regclass AND y.objid = c.oid AND y.objsubid = a.attnum)
                        AND y.refclassid = 'pg_class'::regclass AND y.refobjid = c.oid
                      ORDER BY o.attnum LIMIT 1) AS b ON true
      WHERE NOT c.relispartition AND ${inExtent('n', 'c')}
        AND EXISTS (SELECT FROM pg_depend d
                     WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
                       AND (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                            OR d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = a.attnum))
      ORDER BY 3, 2`,
    [extent.schemas, extent.tables],
  );
  return z.array(computedRow).parse(result.rows);
}
