import { counted } from '../../../workflows/domain/counted';
import { problem, type Findings } from '../../../workflows/domain/findings';
import { splitTable, tableName } from '../../../workflows/domain/object-names';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified } from '../identifiers';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { underSavepoint } from '../session/transaction';
import type { TableFacts } from '../catalog/tables';
import type { UniqueKey } from '../catalog/unique-keys';
import {
  NOT_TO_BE_COMPUTED,
  lookElsewhere,
  readingTables,
  type Inquiry,
  type Question,
} from './survey';

const brokenRow = z.object({ keys: z.coerce.number(), rows: z.coerce.number() });

/** A unique index of the source that is broken: it has keys that occur in several rows of the project. */
interface BrokenIndex
  extends Readonly<z.infer<typeof brokenRow>>, Pick<UniqueKey, 'index' | 'table'> {
  /** The key as SQL, for people. */
  readonly key: string;
}

/**
 * Finds the unique indexes of the source, primary keys among them, that hold a key of the project more than
 * once (`broken-index`), as after an upgrade of the C library, whose collations order texts otherwise. Every valid unique index on
 * a table with rows of the project is looked at, whatever its type: a copy of the database by files, a crash
 * without fsync or a bug breaks others. The survey counts how many hashes of keys occur again: equal keys have equal
 * hashes, so that no broken index is missed. Only if a hash occurs again, or a type has none, the keys themselves
 * are counted, by a scan of their own.
 */
export function brokenIndexesInquiry(
  { tables }: Pick<ProjectScope, 'tables'>,
  keys: readonly UniqueKey[],
): Inquiry<Promise<Findings>> {
  const asked = tables.flatMap((scoped) =>
    keys
      .filter(({ table, valid }) => valid && table === scoped.facts.table)
      .map((key) => ({ scoped, key, question: repeatsOf(scoped.facts, key) })),
  );
  return {
    questions: asked.map(({ question }) => question),
    conclude: async (answers, client) => {
      const doubtful = asked.filter(({ question }) => answers(question) !== 0);
      return inWords(await findBrokenIndexes(client, doubtful));
    },
  };
}

interface IndexedTable {
  readonly scoped: ScopedTable;
  readonly key: UniqueKey;
}

/** The hashes of all keys that the index holds: they are small, and sorted faster than keys. */
function repeatsOf(facts: TableFacts, key: UniqueKey): Question {
  const { table, expressions, predicate, nullsNotDistinct } = key;
  const present = nullsNotDistinct ? [] : expressions.map((one) => `(${one}) IS NOT NULL`);
  const hash = nullsNotDistinct ? hashOfAny(expressions) : hashOf(facts, expressions);
  const held = `CASE WHEN ${['true', ...present].join(' AND ')} THEN ${hash} END`;
  // The expressions may fail for rows that the index does not hold.
  const of = predicate === null ? held : `CASE WHEN ${predicate} THEN ${held} END`;
  return { table, of, by: 'repeats' };
}

/** PostgreSQL's own hash functions of the types that most keys have. */
const HASHES: readonly (readonly [type: RegExp, name: string])[] = [
  [/^uuid$/, 'uuid_hash_extended'],
  [/^(text|character varying(\(\d+\))?)$/, 'hashtextextended'],
  [/^bigint$/, 'hashint8extended'],
];

/** The hash of a key without NULLs: of plain columns of such types without a record, which takes twice the time. */
function hashOf({ columns }: TableFacts, expressions: readonly string[]): string {
  let hash = '0';
  for (const expression of expressions) {
    const type = columns.find(({ name }) => expression === name)?.type ?? '';
    const [, own] = HASHES.find(([pattern]) => pattern.test(type)) ?? [];
    if (own === undefined) return hashOfAny(expressions);
    hash = `${own}(${expression}, ${hash})`;
  }
  return hash;
}

function hashOfAny(expressions: readonly string[]): string {
  return `hash_record_extended(row(${expressions.join(', ')}), 0)`;
}

async function findBrokenIndexes(
  client: Client,
  doubtful: readonly IndexedTable[],
): Promise<readonly BrokenIndex[]> {
  const found: BrokenIndex[] = [];
  for (const { scoped, key } of doubtful) {
    const outcome = await underSavepoint(client, NOT_TO_BE_COMPUTED, () =>
      readingTables(client, !lookElsewhere(scoped), () =>
        client.query(countStatement(scoped, key)),
      ),
    );
    if ('result' in outcome) found.push(...readBroken(key, outcome.result.rows));
  }
  return found;
}

function readBroken(
  { index, table, expressions, predicate }: UniqueKey,
  rows: readonly unknown[],
): BrokenIndex[] {
  const key = `(${expressions.join(', ')})${predicate === null ? '' : ` WHERE ${predicate}`}`;
  return z
    .array(brokenRow)
    .parse(rows)
    .map((row) => ({ ...row, index, table, key }));
}

function countStatement(
  { facts, where }: ScopedTable,
  { columns, expressions, predicate, nullsNotDistinct }: UniqueKey,
): string {
  const read = columns.map((column) => `t.${ident(column)}`).join(', ');
  const names = expressions.map((_, i) => `key_${String(i + 1)}`);
  const selected = expressions.map((expression, i) => `${expression} AS ${names[i] ?? ''}`);
  const present = nullsNotDistinct ? [] : names.map((name) => `k.${name} IS NOT NULL`);
  return `SELECT count(*)::text AS keys, sum(g.n)::text AS rows
      FROM (SELECT count(*) AS n
              FROM (SELECT ${selected.join(', ')}
                      FROM (SELECT ${read} FROM ${qualified(facts.table)} AS t WHERE (${where})) AS r
                     WHERE ${predicate ?? 'true'}) AS k
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
