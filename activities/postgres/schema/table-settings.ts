import { z } from 'zod';
import { ident } from '../identifiers';
import { inSchemas } from './beside';
import type { Ask, Beside } from './beside';

/** The index that a table is clustered on, and statistics objects. */
export async function readTableSettings(
  ask: Ask,
  schemas: readonly string[],
): Promise<readonly Beside[]> {
  return [
    ...CLUSTER.array()
      .parse(await ask(clusterIndexes(schemas)))
      .map(besideTable),
    ...STATISTICS.array()
      .parse(await ask(statisticsObjects(schemas)))
      .map(besideStatistics),
  ];
}

const CLUSTER = z.object({ schema: z.string(), table: z.string(), index: z.string() });
const STATISTICS = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  definition: z.string(),
  owner: z.string(),
  target: z.number().nullable(),
});

function clusterIndexes(schemas: readonly string[]): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, x.relname AS index
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indisclustered AND ${inSchemas(schemas)}
 ORDER BY 1, 2`;
}

function statisticsObjects(schemas: readonly string[]): string {
  return `
SELECT n.nspname AS schema, s.stxname AS name, c.relname AS table,
       pg_get_statisticsobjdef(s.oid) AS definition, pg_get_userbyid(s.stxowner) AS owner,
       NULLIF(s.stxstattarget, -1)::int AS target
  FROM pg_statistic_ext s
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  JOIN pg_class c ON c.oid = s.stxrelid
 WHERE ${inSchemas(schemas)}
 ORDER BY 1, 2`;
}

function besideTable({ schema, table, index }: z.infer<typeof CLUSTER>): Beside {
  const statement = `ALTER TABLE ${ident(schema)}.${ident(table)} CLUSTER ON ${ident(index)}`;
  return {
    id: { kind: 'table', schema, name: table },
    attribute: 'clusterOn',
    value: index,
    half: 'after',
    statements: [statement],
    roles: [],
  };
}

function besideStatistics(row: z.infer<typeof STATISTICS>): Beside {
  const name = `${ident(row.schema)}.${ident(row.name)}`;
  const target = row.target?.toString();
  return {
    id: { kind: 'table', schema: row.schema, name: row.table },
    attribute: `statistics ${row.name}`,
    value: `${row.definition} owner ${row.owner} target ${target ?? 'default'}`,
    half: 'after',
    statements: [
      row.definition,
      `ALTER STATISTICS ${name} OWNER TO ${ident(row.owner)}`,
      ...(target === undefined ? [] : [`ALTER STATISTICS ${name} SET STATISTICS ${target}`]),
    ],
    roles: [row.owner],
  };
}
