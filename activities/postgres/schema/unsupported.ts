import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtentLiteral, texts } from './supplements/supplement';
import type { Ask } from './supplements/supplement';
import { IS_UNFINISHED } from './invalid-indexes';
import { UNREAD_KINDS } from './outside-objects';
import type { LeftOut } from './script';

const ROWS = z.array(z.object({ object: z.string(), because: z.string() }));

/** What lies in the extent and can be carried by no statement, by name. Empty in stock schemas. */
export async function readUnsupported(ask: Ask, extent: Extent): Promise<LeftOut[]> {
  const scope = texts(extent.schemas);
  const queries = [
    unmodelled(scope),
    strangeTables(extent),
    partitionedIndexes(extent),
    strangeFunctions(scope),
    strangeCollations(scope),
    brokenIndexes(scope),
    strangeNotNulls(extent),
    builtInOwners(extent),
    QUOTING,
  ];
  const all = queries.join('\nUNION\n');
  return ROWS.parse(await ask(`SELECT * FROM (${all}) o (object, because) ORDER BY 1, 2`));
}

/** What is not carried but does not stop anything: tablespaces, and words about NOT NULL. */
export async function readLosses(ask: Ask, extent: Extent): Promise<LeftOut[]> {
  return ROWS.parse(
    await ask(`
SELECT format('tablespace %I of %I.%I', s.spcname, n.nspname, c.relname) AS object,
       'tablespaces belong to a server' AS because
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_tablespace s ON s.oid = c.reltablespace
 WHERE ${inExtentLiteral(extent)}
UNION
SELECT format('comment on constraint %I on %I.%I', k.conname, n.nspname, c.relname),
       'comments on NOT NULL are not carried'
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'n' AND obj_description(k.oid, 'pg_constraint') IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 1`),
  );
}

/** Deparsed text is compared; under this setting the same schema would read differently. */
const QUOTING = `
SELECT 'setting quote_all_identifiers', 'is on for this session; it must be off'
 WHERE current_setting('quote_all_identifiers')::boolean`;

function unmodelled(scope: string): string {
  const each = UNREAD_KINDS.map(
    ([catalog, column]) => `
SELECT pg_describe_object('${catalog}'::regclass, o.oid, 0), 'objects of this kind are not carried'
  FROM ${catalog} o JOIN pg_namespace n ON n.oid = o.${column}
 WHERE n.nspname = ANY (${scope})
   AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = o.oid AND x.deptype = 'e')`,
  );
  const types = `
SELECT format('type %I.%I', n.nspname, t.typname), 'base types are not carried'
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype = 'b' AND n.nspname = ANY (${scope})
   AND NOT EXISTS (SELECT FROM pg_type a WHERE a.typarray = t.oid)
   AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')`;
  const casts = `
SELECT format('cast (%s AS %s)', format_type(k.castsource, NULL), format_type(k.casttarget, NULL)), 'casts are not carried'
  FROM pg_cast k
  JOIN pg_type t ON t.oid IN (k.castsource, k.casttarget)
  JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = ANY (${scope})
   AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_cast'::regclass AND x.objid = k.oid AND x.deptype IN ('e', 'i'))`;
  return [...each, types, casts].join('\nUNION\n');
}

function strangeTables(extent: Extent): string {
  return `
SELECT format('table %I.%I', n.nspname, c.relname),
       CASE WHEN c.reloftype <> 0 THEN 'tables of a type are not carried'
            WHEN (SELECT count(*) FROM pg_inherits i WHERE i.inhrelid = c.oid) > 1 THEN 'tables with several parents are not carried'
            ELSE 'uses the table access method ' || m.amname END
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_am m ON m.oid = c.relam
 WHERE c.relkind IN ('r', 'p') AND ${inExtentLiteral(extent)}
   AND (c.reloftype <> 0 OR m.amname <> 'heap'
        OR (SELECT count(*) FROM pg_inherits i WHERE i.inhrelid = c.oid) > 1)`;
}

/** Deparsed, such an index says ON ONLY: rebuilt, it would have no parts and be invalid. */
function partitionedIndexes(extent: Extent): string {
  return `
SELECT format('index %I.%I', n.nspname, x.relname), 'indexes on partitioned tables are not carried'
  FROM pg_class x
  JOIN pg_index i ON i.indexrelid = x.oid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE x.relkind = 'I' AND NOT ${IS_UNFINISHED} AND ${inExtentLiteral(extent)}
   AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = x.oid)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))`;
}

/** The schema engine reads a column's NOT NULL, not how far down it holds, which it can since PostgreSQL 18. */
function strangeNotNulls(extent: Extent): string {
  return `
SELECT format('constraint %I on %I.%I', k.conname, n.nspname, c.relname), 'NOT NULL NO INHERIT is not carried'
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'n' AND k.connoinherit AND ${inExtentLiteral(extent)}`;
}

/** Rules of ICU collations, which are there since PostgreSQL 16 and which the schema engine does not read. */
function strangeCollations(scope: string): string {
  return `
SELECT format('collation %I.%I', n.nspname, k.collname), 'has ICU rules, which are not carried'
  FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace
 WHERE n.nspname = ANY (${scope}) AND to_jsonb(k) ->> 'collicurules' IS NOT NULL`;
}

function strangeFunctions(scope: string): string {
  return `
SELECT format('function %s', p.oid::regprocedure), 'needs language ' || l.lanname
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
 WHERE n.nspname = ANY (${scope}) AND l.lanname NOT IN ('sql', 'plpgsql', 'internal')
   AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid AND x.deptype IN ('e', 'i'))`;
}

/** The schema engine sees such an index only if no constraint stands on it. REINDEX finishes none of a partitioned table. */
function brokenIndexes(scope: string): string {
  return `
SELECT format('constraint %I on %I.%I', k.conname, n.nspname, t.relname),
       CASE c.relkind WHEN 'I' THEN 'is not valid: it was made ON ONLY the partitioned table'
            ELSE format('stands on an index that is not valid: run REINDEX INDEX %I.%I', n.nspname, c.relname) END
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
 WHERE n.nspname = ANY (${scope}) AND NOT (i.indisvalid AND i.indisready AND i.indislive)`;
}

/** The schema engine records no owner that is a built-in role, such as pg_database_owner. */
function builtInOwners(extent: Extent): string {
  const scope = texts(extent.schemas);
  return `
SELECT o.object, 'is owned by the built-in role ' || r.rolname
  FROM (
    SELECT format('schema %I', n.nspname) AS object, n.nspowner AS owner
      FROM pg_namespace n WHERE n.nspname = ANY (${scope})
    UNION ALL
    SELECT format('relation %I.%I', n.nspname, c.relname), c.relowner
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${inExtentLiteral(extent)}
    UNION ALL
    SELECT format('function %s', p.oid::regprocedure), p.proowner
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY (${scope})
    UNION ALL
    SELECT format('type %I.%I', n.nspname, t.typname), t.typowner
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY (${scope})
  ) o
  JOIN pg_roles r ON r.oid = o.owner
 WHERE r.rolname LIKE 'pg\\_%'`;
}
