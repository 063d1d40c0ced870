import type { Client } from 'pg';
import { z } from 'zod';
import { qualified } from '../identifiers';
import { UNSURE_WHILE_LOADING } from './constraints';

/**
 * Tells which of the tables take rows as they come, in any order and whatever other tables hold: no partition or
 * parent of another, without triggers, rules and foreign keys, with nothing that runs code of people for each
 * row, and to be emptied by the session's role.
 */
export async function readPlainTables(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const result = await client.query(PLAIN, [tables, tables.map(qualified)]);
  const rows = z.array(z.object({ name: z.string() })).parse(result.rows);
  return new Set(rows.map(({ name }) => name));
}

/** The first number of an object that is not PostgreSQL's own (`FirstNormalObjectId`). */
const FIRST_OWN = 16384;

const CALLS_OWN_FUNCTION = `d.refclassid = 'pg_proc'::regclass AND d.refobjid >= ${String(FIRST_OWN)}`;

/** Over `c`, a generated column that calls a function. */
const COMPUTES_BY_FUNCTION = `EXISTS (
  SELECT FROM pg_attribute a JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND ${CALLS_OWN_FUNCTION}
   WHERE a.attrelid = c.oid AND a.attgenerated <> '')`;

/** Over `c`, a column that may hold values of a domain, where any domain checks them by a function. */
const CHECKS_BY_FUNCTION = `EXISTS (
  SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = y.typelem
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND y.oid >= ${String(FIRST_OWN)}
     AND (y.typtype IN ('d', 'c', 'r', 'm') OR e.typtype IN ('d', 'c', 'r', 'm'))
     AND EXISTS (SELECT FROM pg_constraint k JOIN pg_depend d
                     ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND ${CALLS_OWN_FUNCTION}
                  WHERE k.contypid <> 0))`;

const PLAIN = `
  SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
    JOIN pg_class c ON c.oid = to_regclass(n.quoted)
   WHERE c.relkind = 'r' AND NOT c.relispartition AND has_table_privilege(c.oid, 'TRUNCATE')
     AND NOT EXISTS (SELECT FROM pg_inherits h WHERE c.oid IN (h.inhrelid, h.inhparent))
     AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid)
     AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid)
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND c.oid IN (k.conrelid, k.confrelid))
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND ${UNSURE_WHILE_LOADING})
     AND NOT ${COMPUTES_BY_FUNCTION} AND NOT ${CHECKS_BY_FUNCTION}`;
