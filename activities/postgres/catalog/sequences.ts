import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { readTableName } from '../../../workflows/domain/object-names';
import type { SequenceState } from '../../../workflows/domain/manifest';
import { columnNameSql, literal, qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';
import { inExtent } from './tables';
import { queryCatalog } from '../session/prepared';

const sequenceRow = z.object({ sequence: z.string(), ownedBy: z.string().nullable() });
const stateRow = z.object({ lastValue: z.string(), isCalled: z.boolean() });
const decimal = z.coerce.bigint();

/** Reads every sequence that feeds a column of the extent or stands in its schemas, with where it stands; not
 * those of columns that stay behind. */
export async function readSequences(
  client: Client,
  extent: Extent,
): Promise<readonly SequenceState[]> {
  const owned = await queryCatalog(
    client,
    `SELECT ${tableNameSql('sn', 's')} AS "sequence",
            ${columnNameSql('tn', 't', 'a')} AS "ownedBy"
       FROM pg_depend d
       JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
       JOIN pg_namespace sn ON sn.oid = s.relnamespace
       JOIN pg_class t ON t.oid = d.refobjid
       JOIN pg_namespace tn ON tn.oid = t.relnamespace
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i') AND ${inExtent('tn', 't')}
        AND ${columnNameSql('tn', 't', 'a')} <> ALL ($3)
     UNION
     SELECT ${tableNameSql('n', 's')}, NULL
       FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
      WHERE s.relkind = 'S' AND (n.nspname = ANY ($1) OR ${tableNameSql('n', 's')} = ANY ($4))
        AND NOT EXISTS (SELECT FROM pg_depend d
                          JOIN pg_class t ON t.oid = d.refobjid
                          JOIN pg_namespace tn ON tn.oid = t.relnamespace
                         WHERE ${inExtent('tn', 't')} AND d.classid = 'pg_class'::regclass AND d.objid = s.oid
                           AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
      ORDER BY 1`,
    [extent.schemas, extent.tables, extent.withoutColumns, carriedSequences(extent)],
  );
  const states: SequenceState[] = [];
  for (const entry of z.array(sequenceRow).parse(owned.rows)) {
    const state = await client.query(
      `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${qualified(entry.sequence)}`,
    );
    states.push({ ...entry, ...stateRow.parse(state.rows[0]) });
  }
  return states;
}

/** The sequences of other schemas that come along by their names. */
function carriedSequences({ carried = [] }: Extent): readonly string[] {
  const kind = 'sequence ';
  return carried.flatMap((name) =>
    name.startsWith(kind) ? (readTableName(name.slice(kind.length)) ?? []) : [],
  );
}

const ruleRow = z.object({
  sequence: z.string(),
  increment: decimal,
  min: decimal,
  max: decimal,
  cycle: z.boolean(),
});

/** By which rule a sequence goes on, whatever it has given so far. */
export type SequenceRule = Readonly<z.infer<typeof ruleRow>>;

/** Reads the rules of the sequences named, as far as they exist. */
export async function readSequenceRules(
  client: Client,
  sequences: readonly string[],
): Promise<ReadonlyMap<string, SequenceRule>> {
  if (sequences.length === 0) return new Map();
  const result = await queryCatalog(
    client,
    `SELECT n.name AS "sequence", s.seqincrement::text AS "increment",
            s.seqmin::text AS "min", s.seqmax::text AS "max", s.seqcycle AS "cycle"
       FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
       JOIN pg_sequence s ON s.seqrelid = to_regclass(n.quoted)`,
    [sequences, sequences.map(qualified)],
  );
  const rules = z.array(ruleRow).parse(result.rows);
  return new Map(rules.map((rule) => [rule.sequence, rule]));
}

/**
 * Sets sequences exactly to where they stood. `setval` alone would outlive a rollback: RESTART gives a
 * sequence a new file in the caller's transaction, which `setval` then writes to.
 */
export async function placeSequences(
  client: Client,
  states: readonly SequenceState[],
): Promise<void> {
  await runBatch(
    client,
    states.flatMap(({ sequence, lastValue, isCalled }) => [
      `ALTER SEQUENCE ${qualified(sequence)} RESTART`,
      `SELECT setval(${literal(qualified(sequence))}::regclass, ${literal(lastValue)}::int8, ${String(isCalled)})`,
    ]),
  );
}
