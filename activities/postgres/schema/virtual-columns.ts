import { z } from 'zod';
import { encodeId } from '@supabase/pg-delta';
import type { Fact } from '@supabase/pg-delta';
import type { Ask } from './beside';

/** Begins the expression of a virtual column, in facts and in snapshots. */
const MARK = '/* virtual */ ';

/** Generated columns that are not stored, which PostgreSQL has since 18; the schema engine takes them for stored. */
export async function readVirtualColumns(ask: Ask): Promise<ReadonlySet<string>> {
  const rows = z.array(z.object({ schema: z.string(), table: z.string(), name: z.string() })).parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attgenerated = 'v' AND NOT a.attisdropped`),
  );
  return new Set(rows.map((row) => encodeId({ kind: 'column', ...row })));
}

/** The fact with a mark that tells a virtual column from a stored one. */
export function markVirtual(fact: Fact, virtual: ReadonlySet<string>): Fact {
  const { generatedExpr } = fact.payload;
  if (typeof generatedExpr !== 'string' || !virtual.has(encodeId(fact.id))) return fact;
  return { ...fact, payload: { ...fact.payload, generatedExpr: `${MARK}${generatedExpr}` } };
}

/** The engine's statements with the marked columns made virtual, as they are. */
export function restoreVirtual(
  statements: readonly string[],
  facts: readonly Fact[],
): readonly string[] {
  const marked = facts
    .map(({ payload }) => payload['generatedExpr'])
    .filter((text) => typeof text === 'string')
    .filter((text) => text.startsWith(MARK));
  return marked.reduce<readonly string[]>(
    (sql, text) =>
      sql.map((statement) =>
        statement.replaceAll(`(${text}) STORED`, () => `(${text.slice(MARK.length)}) VIRTUAL`),
      ),
    statements,
  );
}
