import { counted } from '../../../workflows/domain/counted';
import { mergeFindings, problem, warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified } from '../identifiers';
import { arrivingAs } from '../rows/projection';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { underSavepoint } from '../session/transaction';
import type { UniqueKey } from '../catalog/unique-keys';

/** Rows of the project that a unique index of a database of its own would refuse. */
interface Collision {
  readonly index: string;
  readonly table: string;
  /** The key as SQL, for people. */
  readonly key: string;
  readonly rows: number;
}

/** A unique index that cannot be tried on the source's rows. */
interface Untried {
  readonly index: string;
  readonly table: string;
  readonly because: string;
}

/** What the unique indexes of source and target say about the project's rows. */
interface Collisions {
  readonly found: readonly Collision[];
  readonly untried: readonly Untried[];
}

/** The unique indexes of the source, and of the target if it has a schema already. */
interface KeysOfBothSides {
  readonly source: readonly UniqueKey[];
  readonly target: readonly UniqueKey[];
}

const countRow = z.object({ rows: z.coerce.number() });

/** Undefined function, column or object; wrong object type; no privilege on a function; no operator. */
const NOT_TO_BE_TRIED = ['42883', '42703', '42704', '42809', '42501', '42804', '3F000'];

/**
 * Counts the rows of the project that collide among themselves under the keys of both sides, as they will be in
 * the target (`collision`); an index that cannot be tried is a warning (`collision-untried`).
 */
export async function checkCollisions(
  client: Client,
  scope: ProjectScope,
  keys: KeysOfBothSides,
): Promise<Findings> {
  return inWords(await findCollisions(client, scope, keys));
}

/**
 * A column that is rewritten on its way (`instance_id`) has its new value. Keys that the source itself enforces
 * on unchanged columns are passed over.
 */
async function findCollisions(
  client: Client,
  scope: ProjectScope,
  { source, target }: KeysOfBothSides,
): Promise<Collisions> {
  const enforced = new Set(source.filter(({ valid }) => valid).map(signatureOf));
  const tried = new Set<string>();
  const found: Collision[] = [];
  const untried: Untried[] = [];
  for (const key of [...source, ...target]) {
    const scoped = scope.tables.find(({ facts }) => facts.table === key.table);
    const signature = signatureOf(key);
    if (scoped === undefined || scoped.kind === 'excluded' || tried.has(signature)) continue;
    tried.add(signature);
    if (enforced.has(signature) && !readsRewritten(key, scoped)) continue;
    const outcome = await tryKey(client, scoped, key);
    if ('because' in outcome) untried.push(outcome);
    else if (outcome.rows > 0) found.push(outcome);
  }
  return { found, untried };
}

function signatureOf({ table, expressions, predicate, nullsNotDistinct }: UniqueKey): string {
  return JSON.stringify([table, [...expressions].sort(), predicate, nullsNotDistinct]);
}

async function tryKey(
  client: Client,
  scoped: ScopedTable,
  key: UniqueKey,
): Promise<Collision | Untried> {
  const { index, table } = key;
  const present = new Set(scoped.facts.columns.map(({ name }) => name));
  const missing = key.columns.find((column) => !present.has(column));
  if (missing !== undefined)
    return { index, table, because: `the source's table has no column "${missing}" that moves` };
  const outcome = await underSavepoint(client, NOT_TO_BE_TRIED, () =>
    client.query(countStatement(scoped, key)),
  );
  if ('sqlstate' in outcome)
    return {
      index,
      table,
      because: `its expressions do not work in the source (${outcome.sqlstate})`,
    };
  const { rows } = countRow.parse(outcome.result.rows[0]);
  const predicate = key.predicate === null ? '' : ` WHERE ${key.predicate}`;
  return { index, table, rows, key: `(${key.expressions.join(', ')})${predicate}` };
}

function countStatement(scoped: ScopedTable, key: UniqueKey): string {
  const arriving = key.columns.map(
    (column) => `${arrivingAs(scoped.facts, column)} AS ${ident(column)}`,
  );
  const keys = key.expressions.map((expression, i) => `${expression} AS ${nth(i)}`);
  const names = key.expressions.map((_, i) => nth(i));
  const present = key.nullsNotDistinct ? [] : names.map((name) => `k.${name} IS NOT NULL`);
  return `
    SELECT coalesce(sum(g.n), 0)::text AS rows
      FROM (SELECT count(*) AS n
              FROM (SELECT ${keys.join(', ')}
                      FROM (SELECT ${arriving.join(', ')}
                              FROM ${qualified(key.table)} AS t WHERE (${scoped.where})) AS r
                     WHERE ${key.predicate ?? 'true'}) AS k
             WHERE ${['true', ...present].join(' AND ')}
             GROUP BY ${names.map((name) => `k.${name}`).join(', ')}
            HAVING count(*) > 1) AS g`;
}

function nth(position: number): string {
  return `key_${String(position + 1)}`;
}

function readsRewritten(key: UniqueKey, scoped: ScopedTable): boolean {
  return key.columns.some((column) => arrivingAs(scoped.facts, column) !== `t.${ident(column)}`);
}

function inWords({ found, untried }: Collisions): Findings {
  return mergeFindings([
    problem(
      'collision',
      found.map(
        ({ index, table, key, rows }) =>
          `${counted(rows, 'row')} of ${table} would collide in the target: unique index "${index}" over ${key} allows each key once; change or remove the duplicates in the source, or change the index so that it allows the project's rows`,
      ),
    ),
    warning(
      'collision-untried',
      untried.map(
        ({ index, table, because }) =>
          `the target's unique index "${index}" of ${table} could not be tried on the project's rows: ${because}`,
      ),
    ),
  ]);
}
