import { counted } from '../../../workflows/domain/counted';
import { problem, type Findings } from '../../../workflows/domain/findings';
import { splitTable, tableName } from '../../../workflows/domain/object-names';
import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import { ident, literal, qualified } from '../identifiers';
import { runBatch } from '../session/batch';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { underSavepoint } from '../session/transaction';
import type { UniqueKey } from '../catalog/unique-keys';

const brokenRow = z.object({
  index: z.string(),
  table: z.string(),
  keys: z.coerce.number(),
  rows: z.coerce.number(),
});

/** A unique index of the source that is broken: it has keys that occur in several rows of the project. */
type BrokenIndex = Readonly<z.infer<typeof brokenRow>> & {
  /** The key as SQL, for people. */
  readonly key: string;
};

/** Undefined function, object or operator; no privilege on a function: an expression that works only with a search path. */
const NOT_TO_BE_TRIED = ['42883', '42704', '42501', '3F000', '42P01'];

/** Bytes of a table up to which all of it is read; of a bigger one PostgreSQL may find the project's rows by an index. */
const READ_WHOLE = 64 * 1_048_576;

/**
 * Finds the unique indexes of the source, primary keys among them, that hold a key of the project more than
 * once (`broken-index`), as after an upgrade of the C library, whose collations order texts otherwise. Every valid unique index on
 * a table with rows of the project is looked at, whatever its type: a copy of the database by files, a crash
 * without fsync or a bug breaks others. It costs one pass over the project's rows of each table, like their
 * count, and a hash of each key. The keys are read from the table, never from an index, which could lie.
 */
export async function checkBrokenIndexes(
  client: Client,
  scope: ProjectScope,
  keys: readonly UniqueKey[],
): Promise<Findings> {
  return inWords(await findBrokenIndexes(client, scope, keys));
}

async function findBrokenIndexes(
  client: Client,
  { tables }: ProjectScope,
  keys: readonly UniqueKey[],
): Promise<readonly BrokenIndex[]> {
  const indexed = tables
    .filter(({ kind, where }) => kind !== 'excluded' && where !== NOTHING)
    .map((scoped) => ({ scoped, keys: triedKeys(scoped, keys) }))
    .filter((one) => one.keys.length > 0);
  if (indexed.length === 0) return [];
  const small = await smallTables(
    client,
    indexed.map(({ scoped }) => scoped.facts.table),
  );
  // What is set is taken back with the savepoint.
  await client.query('SAVEPOINT without_indexes; SET LOCAL enable_indexonlyscan = off');
  const [whole, some] = [true, false].map((isSmall) =>
    indexed.filter(({ scoped }) => small.has(scoped.facts.table) === isSmall),
  );
  const found = await countAll(client, some ?? []);
  await client.query('SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off');
  const more = await countAll(client, whole ?? []);
  await client.query('ROLLBACK TO SAVEPOINT without_indexes; RELEASE SAVEPOINT without_indexes');
  return [...found, ...more];
}

interface IndexedTable {
  readonly scoped: ScopedTable;
  readonly keys: readonly UniqueKey[];
}

function triedKeys({ facts }: ScopedTable, keys: readonly UniqueKey[]): readonly UniqueKey[] {
  return keys.filter(({ table, valid }) => table === facts.table && valid);
}

async function smallTables(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
      WHERE pg_relation_size(n.quoted::regclass) <= ${READ_WHOLE}`,
    [tables, tables.map(qualified)],
  );
  const rows = z.array(z.object({ name: z.string() })).parse(result.rows);
  return new Set(rows.map(({ name }) => name));
}

/** All in one message; if one cannot be tried, one by one, so that only that one is not. */
async function countAll(
  client: Client,
  indexed: readonly IndexedTable[],
): Promise<readonly BrokenIndex[]> {
  const outcome = await underSavepoint(client, NOT_TO_BE_TRIED, () =>
    runBatch(client, indexed.map(countStatement)),
  );
  if ('result' in outcome) {
    return outcome.result.flatMap(({ rows }, i) => readBroken(indexed[i]?.keys ?? [], rows));
  }
  const parts = apart(indexed);
  const found: BrokenIndex[] = [];
  for (const part of parts.length > 1 ? parts : []) found.push(...(await countAll(client, [part])));
  return found;
}

/** One for each table; a single table one for each key. */
function apart(indexed: readonly IndexedTable[]): readonly IndexedTable[] {
  const [first, ...more] = indexed;
  if (first === undefined || more.length > 0) return indexed;
  return first.keys.map((key) => ({ scoped: first.scoped, keys: [key] }));
}

function readBroken(keys: readonly UniqueKey[], rows: readonly unknown[]): BrokenIndex[] {
  return z
    .array(brokenRow)
    .parse(rows)
    .map((row) => {
      const key = keys.find(({ index }) => index === row.index);
      const predicate = key?.predicate == null ? '' : ` WHERE ${key.predicate}`;
      return { ...row, key: `(${key?.expressions.join(', ') ?? ''})${predicate}` };
    });
}

function countStatement({ scoped: { facts, where }, keys }: IndexedTable): string {
  const columns = [...new Set(keys.flatMap((key) => key.columns))];
  const read = columns.map((column) => `t.${ident(column)}`).join(', ');
  const counts = keys.map(countKey).join(' UNION ALL ');
  return `WITH r AS MATERIALIZED (SELECT ${read} FROM ${qualified(facts.table)} AS t WHERE (${where})) ${counts}`;
}

function countKey({ index, table, expressions, predicate, nullsNotDistinct }: UniqueKey): string {
  const names = expressions.map((_, i) => `key_${String(i + 1)}`);
  const selected = expressions.map((expression, i) => `${expression} AS ${names[i] ?? ''}`);
  const present = nullsNotDistinct ? [] : names.map((name) => `k.${name} IS NOT NULL`);
  return `SELECT ${literal(index)} AS "index", ${literal(table)} AS "table", count(*)::text AS keys, sum(g.n)::text AS rows
      FROM (SELECT count(*) AS n
              FROM (SELECT ${selected.join(', ')} FROM r WHERE ${predicate ?? 'true'}) AS k
             WHERE ${['true', ...present].join(' AND ')}
             GROUP BY ${names.map((name) => `k.${name}`).join(', ')}
            HAVING count(*) > 1) AS g
    HAVING count(*) > 0`;
}

function inWords(broken: readonly BrokenIndex[]): Findings {
  return problem(
    'broken-index',
    broken.map(({ index, table, key, keys, rows }) => {
      const [schema] = splitTable(table);
      const reindex = `REINDEX INDEX ${qualified(tableName(schema, index))}`;
      return `unique index "${index}" of ${table} is broken in the source: ${counted(keys, 'key')} of ${key} ${keys === 1 ? 'stands' : 'stand'} in ${counted(rows, 'row')} of the project; leave one row for each key there, then run ${reindex}`;
    }),
  );
}
