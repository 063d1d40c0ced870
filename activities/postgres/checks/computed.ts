import { problem, type Findings } from '../../../workflows/domain/findings';
import { DatabaseError, type Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from '../catalog/tables';
import { CatalogCache } from '../catalog/cache';
import { ident, qualified, tableNameSql } from '../identifiers';
import { SEARCH_PUBLIC } from '../session/settings';
import { databaseFailure } from '../errors/classify';

const computedRow = z.object({
  /** What is computed, for people. */
  what: z.string(),
  table: z.string(),
  /** SQL over the bare columns of the table. */
  expression: z.string(),
  /** The user-defined functions that it calls, as SQL writes them. */
  functions: z.array(z.string()),
  /** A query of one row that has the table's columns, all NULL. */
  nulls: z.string(),
});

/** Something that PostgreSQL computes by user-defined functions while it loads rows or builds indexes. */
type Computed = z.infer<typeof computedRow>;

/** Something computed by functions that work only under a search path which a session of moveout does not have. */
interface Lost extends Pick<Computed, 'what' | 'functions'> {
  /** PostgreSQL's reason. */
  readonly because: string;
  /** A search path under which they work; `undefined` if none was found. */
  readonly path: string | undefined;
}

/** The statement that gives a function, named as SQL writes it, a search path of its own. */
function searchPathSql(name: string, path: string): string {
  return `ALTER FUNCTION ${name} SET search_path = ${path}`;
}

const computed = new CatalogCache<readonly Computed[]>();

/** At most this many rows of a table are tried: a name that a function does not find is missing in almost any row. */
const TRIED = 1_000;

/** SQLSTATEs by which a name was not found: function, table, column, type or schema. */
export const NOT_FOUND: readonly string[] = ['42883', '42P01', '42703', '42704', '3F000'];

/**
 * Names the generated columns, checks, indexes and domains of the extent that cannot be computed under the search path of
 * moveout's sessions, with the statement that gives their functions a search path (`search-path`). They are computed
 * for rows of the source. The session's transaction stays usable.
 */
export async function checkComputed(client: Client, extent: Extent): Promise<Findings> {
  const found = await findLostNames(client, extent);
  return problem(
    'search-path',
    found.map(({ what, functions, because, path }) => {
      const settles =
        path === undefined
          ? 'write the schema before each name in it'
          : `give it a search path of its own in the source: ${functions.map((name) => searchPathSql(name, path)).join('; ')}`;
      return `${what} is computed by ${functions.join(', ')}, which does not work in a session that loads rows (${because}); ${settles}`;
    }),
  );
}

async function findLostNames(client: Client, extent: Extent): Promise<readonly Lost[]> {
  const all = await computed.getOrLoad(client, extent, () => listComputed(client, extent));
  if (all.length === 0) return [];
  const paths = await likelyPaths(client, extent);
  const found: Lost[] = [];
  for (const { what, table, expression, functions, nulls } of all) {
    const rows = `SELECT * FROM ${qualified(table)} LIMIT ${String(TRIED)}`;
    // Where an index of the table is lost, so is every statement over it: then a row of NULLs tells whose fault it is.
    const isOpen = (await refusalOf(client, 'NULL', { rows })) === undefined;
    const over = { rows: isOpen ? rows : nulls };
    const because = await refusalOf(client, expression, over);
    if (because === undefined) continue;
    let path: string | undefined;
    for (const tried of paths)
      path ??=
        (await refusalOf(client, expression, { ...over, path: tried })) === undefined
          ? tried
          : undefined;
    found.push({ what, functions, because, path });
  }
  return found;
}

async function refusalOf(
  client: Client,
  expression: string,
  { rows, path = 'pg_catalog' }: { readonly rows: string; readonly path?: string },
): Promise<string | undefined> {
  await client.query('SAVEPOINT computed');
  try {
    await client.query(`SELECT set_config('search_path', $1, true)`, [path]);
    await client.query(
      `SELECT count(*) FILTER (WHERE (${expression}) IS NULL)
         FROM (${rows}) AS t`,
    );
    await client.query(SEARCH_PUBLIC);
    await client.query('RELEASE SAVEPOINT computed');
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT computed');
    if (!NOT_FOUND.includes(error.code ?? '')) return undefined;
    return databaseFailure(error, 'under the search path pg_catalog').message;
  }
}

/** Search paths that a function may have been written for: the database's own first. */
async function likelyPaths(client: Client, { schemas }: Extent): Promise<readonly string[]> {
  const names = schemas.map(ident);
  return [
    await ownPath(client),
    ...names.map((name) => `${name}, public`),
    [...names, 'public', 'extensions'].join(', '),
  ];
}

async function ownPath(client: Client): Promise<string> {
  const result = await client.query(
    `SELECT (SELECT substr(c.setting, length('search_path=') + 1)
               FROM pg_db_role_setting s, unnest(s.setconfig) AS c (setting)
              WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND s.setrole = 0 AND starts_with(c.setting, 'search_path=')) AS path`,
  );
  const [row] = z.array(z.object({ path: z.string().nullable() })).parse(result.rows);
  return row?.path ?? 'public';
}

/** The user-defined functions of one object of the catalog that have no search path of their own. */
const functionsOf = (classid: string, objid: string, more = 'true'): string => `
  (SELECT array_agg(DISTINCT p.oid::regprocedure::text)
     FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
    WHERE d.classid = '${classid}'::regclass AND d.objid = ${objid} AND ${more}
      AND d.refclassid = 'pg_proc'::regclass AND p.oid >= 16384
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS c (setting) WHERE starts_with(c.setting, 'search_path=')))`;

const NULLS = `(
  SELECT 'SELECT ' || string_agg(format('NULL::%s AS %I', format_type(a.atttypid, a.atttypmod), a.attname), ', ')
    FROM pg_attribute a WHERE a.attrelid = o.relation AND a.attnum > 0 AND NOT a.attisdropped)`;

async function listComputed(client: Client, extent: Extent): Promise<readonly Computed[]> {
  const result = await client.query(
    `SELECT o.what, o."table", o.expression, o.functions, ${NULLS} AS nulls FROM (
       SELECT format('generated column %I.%I.%I', n.nspname, c.relname, a.attname) AS what,
              c.oid AS relation, ${tableNameSql('n', 'c')} AS "table", pg_get_expr(f.adbin, f.adrelid) AS expression,
              coalesce(${functionsOf('pg_attrdef', 'f.oid')},
                       ${functionsOf('pg_class', 'c.oid', 'd.objsubid = a.attnum')}) AS functions
         FROM pg_attrdef f
         JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
         JOIN pg_class c ON c.oid = f.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p')
       UNION ALL
       SELECT format('check %I on %I.%I', k.conname, n.nspname, c.relname), c.oid, ${tableNameSql('n', 'c')},
              pg_get_expr(k.conbin, k.conrelid), ${functionsOf('pg_constraint', 'k.oid')}
         FROM pg_constraint k
         JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND k.contype = 'c'
       UNION ALL
       SELECT format('index %I.%I', n.nspname, x.relname), c.oid, ${tableNameSql('n', 'c')},
              concat_ws(') IS NULL OR (', pg_get_expr(i.indpred, i.indrelid),
                (SELECT string_agg(pg_get_indexdef(i.indexrelid, g::int, true), ') IS NULL OR (')
                   FROM generate_series(1, i.indnkeyatts) AS g WHERE i.indkey[g - 1] = 0)),
              ${functionsOf('pg_class', 'x.oid')}
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND i.indisvalid
       UNION ALL
       SELECT format('domain %s of column %I.%I.%I', t.oid::regtype, n.nspname, c.relname, a.attname),
              c.oid, ${tableNameSql('n', 'c')}, format('%I::text::%s', a.attname, t.oid::regtype),
              ${functionsOf('pg_constraint', 'k.oid')}
         FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
         JOIN pg_constraint k ON k.contypid = t.oid
        WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
     ) AS o WHERE o.functions IS NOT NULL AND o.expression <> ''
     ORDER BY 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(computedRow).parse(result.rows);
}
