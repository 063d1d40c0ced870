import { z } from 'zod';
import { literal } from '../identifiers';
import type { Ask } from './beside';
import type { LeftOut } from './script';

const ROWS = z.array(z.object({ object: z.string(), because: z.string() }));

/** What lies in the schemas and can be carried by no statement, by name. Empty in stock schemas. */
export async function readObstacles(ask: Ask, schemas: readonly string[]): Promise<LeftOut[]> {
  const scope = `ARRAY[${schemas.map(literal).join(', ')}]::text[]`;
  const queries = [
    foreignTypes(scope),
    unmodelled(scope),
    strangeTables(scope),
    partitionedIndexes(scope),
    strangeFunctions(scope),
    builtInOwners(scope),
    QUOTING,
  ];
  return ROWS.parse(await ask(`${queries.join('\nUNION\n')}\nORDER BY 1, 2`));
}

/** What is not carried but does not stop anything: switched-off enforcement and tablespaces. */
export async function readLosses(ask: Ask, schemas: readonly string[]): Promise<LeftOut[]> {
  const scope = `ARRAY[${schemas.map(literal).join(', ')}]::text[]`;
  return ROWS.parse(
    await ask(`
SELECT DISTINCT format('switched-off enforcement of %I on %I.%I', k.conname, n.nspname, c.relname) AS object,
       'a constraint is enforced in the target' AS because
  FROM pg_trigger g
  JOIN pg_constraint k ON k.oid = g.tgconstraint
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE g.tgisinternal AND g.tgenabled <> 'O' AND n.nspname = ANY (${scope})
UNION
SELECT format('tablespace %I of %I.%I', s.spcname, n.nspname, c.relname), 'tablespaces belong to a server'
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_tablespace s ON s.oid = c.reltablespace
 WHERE n.nspname = ANY (${scope})
 ORDER BY 1`),
  );
}

/** Deparsed text is compared; under this setting the same schema would read differently. */
const QUOTING = `
SELECT 'setting quote_all_identifiers', 'is on for this session; it must be off'
 WHERE current_setting('quote_all_identifiers')::boolean`;

/**
 * Types from elsewhere, looked for in the catalog itself: PostgreSQL records the dependency on an
 * array's own type, and base types of extensions are seen by the schema engine only when not in an array.
 */
function foreignTypes(scope: string): string {
  return `
SELECT u.object, 'needs type ' || format_type(e.oid, NULL) AS because
  FROM (
    SELECT format('column %I.%I.%I', n.nspname, c.relname, a.attname) AS object, a.atttypid AS type
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY (${scope}) AND c.relkind IN ('r', 'p', 'f', 'c')
       AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('function %s', p.oid::regprocedure), v.type
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace,
           unnest(COALESCE(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype) AS v (type)
     WHERE n.nspname = ANY (${scope})
       AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = p.oid AND x.deptype IN ('e', 'i'))
    UNION ALL
    SELECT format('domain %I.%I', n.nspname, t.typname), t.typbasetype
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'd' AND n.nspname = ANY (${scope})
  ) u
  JOIN pg_type t ON t.oid = u.type
  JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_namespace m ON m.oid = e.typnamespace
 WHERE m.nspname <> ALL (${scope} || ARRAY['pg_catalog', 'information_schema']::text[])`;
}

const KINDS = [
  ['pg_operator', 'oprnamespace'],
  ['pg_opclass', 'opcnamespace'],
  ['pg_opfamily', 'opfnamespace'],
  ['pg_conversion', 'connamespace'],
  ['pg_ts_config', 'cfgnamespace'],
  ['pg_ts_dict', 'dictnamespace'],
  ['pg_ts_parser', 'prsnamespace'],
  ['pg_ts_template', 'tmplnamespace'],
] as const;

function unmodelled(scope: string): string {
  const each = KINDS.map(
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

function strangeTables(scope: string): string {
  return `
SELECT format('table %I.%I', n.nspname, c.relname),
       CASE WHEN c.reloftype <> 0 THEN 'tables of a type are not carried'
            WHEN (SELECT count(*) FROM pg_inherits i WHERE i.inhrelid = c.oid) > 1 THEN 'tables with several parents are not carried'
            ELSE 'uses the table access method ' || m.amname END
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_am m ON m.oid = c.relam
 WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (${scope})
   AND (c.reloftype <> 0 OR m.amname <> 'heap'
        OR (SELECT count(*) FROM pg_inherits i WHERE i.inhrelid = c.oid) > 1)`;
}

/** Deparsed, such an index says ON ONLY: rebuilt, it would have no parts and be invalid. */
function partitionedIndexes(scope: string): string {
  return `
SELECT format('index %I.%I', n.nspname, c.relname), 'indexes on partitioned tables are not carried'
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'I' AND n.nspname = ANY (${scope})
   AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))`;
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

/** The schema engine records no owner that is a built-in role, such as pg_database_owner. */
function builtInOwners(scope: string): string {
  return `
SELECT o.object, 'is owned by the built-in role ' || r.rolname
  FROM (
    SELECT format('schema %I', n.nspname) AS object, n.nspowner AS owner, n.nspname FROM pg_namespace n
    UNION ALL
    SELECT format('relation %I.%I', n.nspname, c.relname), c.relowner, n.nspname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    UNION ALL
    SELECT format('function %s', p.oid::regprocedure), p.proowner, n.nspname
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY (${scope})
    UNION ALL
    SELECT format('type %I.%I', n.nspname, t.typname), t.typowner, n.nspname
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  ) o
  JOIN pg_roles r ON r.oid = o.owner
 WHERE o.nspname = ANY (${scope}) AND r.rolname LIKE 'pg\\_%'`;
}
