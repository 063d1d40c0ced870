import { z } from 'zod';
import type { Extent } from '../../../../workflows/domain/extent';
import { ident, literal } from '../../identifiers';
import { inExtentLiteral, type Ask, type Supplement } from './supplement';

/**
 * Comments on indexes of constraints, sequences of identity columns and attributes of composite types, and sequences
 * that are UNLOGGED.
 */
export async function readDetails(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return [
    ...INDEX.array()
      .parse(await ask(constraintIndexes(extent)))
      .map(indexSupplement),
    ...IDENTITY.array()
      .parse(await ask(identitySequences(extent)))
      .map(identitySupplement),
    ...SEQUENCE.array()
      .parse(await ask(unloggedSequences(extent)))
      .map(unloggedSupplement),
    ...ATTRIBUTE.array()
      .parse(await ask(typeAttributes(extent)))
      .map(attributeSupplement),
  ];
}

const INDEX = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  index: z.string(),
  comment: z.string(),
});
const IDENTITY = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  sequence: z.string(),
  comment: z.string(),
});
const ATTRIBUTE = z.object({
  schema: z.string(),
  type: z.string(),
  name: z.string(),
  comment: z.string(),
});
const SEQUENCE = z.object({ schema: z.string(), name: z.string() });

function constraintIndexes(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, x.relname AS index,
       obj_description(x.oid, 'pg_class') AS comment
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class x ON x.oid = k.conindid
 WHERE k.contype IN ('p', 'u', 'x') AND obj_description(x.oid, 'pg_class') IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

function identitySequences(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, s.relname AS sequence,
       obj_description(s.oid, 'pg_class') AS comment
  FROM pg_class s
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'i'
                  AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class c ON c.oid = d.refobjid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
 WHERE s.relkind = 'S' AND obj_description(s.oid, 'pg_class') IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

/** Those of identity columns are made like their table. */
function unloggedSequences(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence = 'u' AND ${inExtentLiteral(extent)}
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
 ORDER BY 1, 2`;
}

function typeAttributes(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS type, a.attname AS name, col_description(c.oid, a.attnum) AS comment
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'c' AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

function indexSupplement({
  schema,
  table,
  name,
  index,
  comment,
}: z.infer<typeof INDEX>): Supplement {
  return {
    id: { kind: 'constraint', schema, table, name },
    attribute: 'indexComment',
    value: comment,
    part: 'after',
    statements: [`COMMENT ON INDEX ${ident(schema)}.${ident(index)} IS ${literal(comment)}`],
    roles: [],
  };
}

function identitySupplement(row: z.infer<typeof IDENTITY>): Supplement {
  const { schema, table, column, sequence, comment } = row;
  return {
    id: { kind: 'column', schema, table, name: column },
    attribute: 'sequenceComment',
    value: comment,
    part: 'before',
    statements: [`COMMENT ON SEQUENCE ${ident(schema)}.${ident(sequence)} IS ${literal(comment)}`],
    roles: [],
  };
}

function unloggedSupplement({ schema, name }: z.infer<typeof SEQUENCE>): Supplement {
  return {
    id: { kind: 'sequence', schema, name },
    attribute: 'persistence',
    value: 'unlogged',
    part: 'before',
    statements: [`ALTER SEQUENCE ${ident(schema)}.${ident(name)} SET UNLOGGED`],
    roles: [],
  };
}

function attributeSupplement(row: z.infer<typeof ATTRIBUTE>): Supplement {
  const { schema, type, name, comment } = row;
  const attribute = `${ident(schema)}.${ident(type)}.${ident(name)}`;
  return {
    id: { kind: 'type', schema, name: type },
    attribute: `comment of ${name}`,
    value: comment,
    part: 'before',
    statements: [`COMMENT ON COLUMN ${attribute} IS ${literal(comment)}`],
    roles: [],
  };
}
