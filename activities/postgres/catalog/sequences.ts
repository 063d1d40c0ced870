import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import type { SequenceState } from '../../../workflows/domain/manifest';
import { columnNameSql, ident, qualified, tableNameSql } from '../identifiers';
import { splitColumn } from '../../../workflows/domain/object-names';
import { inExtent } from './in-extent';

const sequenceRow = z.object({ sequence: z.string(), ownedBy: z.string().nullable() });
const stateRow = z.object({ lastValue: z.string(), isCalled: z.boolean() });
const maxRow = z.object({ max: z.string() });

/** Reads every sequence that feeds a column of the extent or stands in its schemas, with where it stands. */
export async function readSequences(
  client: Client,
  extent: Extent,
): Promise<readonly SequenceState[]> {
  const owned = await client.query(
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
     UNION
     SELECT ${tableNameSql('n', 's')}, NULL
       FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
      WHERE s.relkind = 'S' AND n.nspname = ANY ($1)
        AND NOT EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid
                           AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
      ORDER BY 1`,
    [extent.schemas, extent.tables],
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

/** The largest value in the column a sequence feeds, as decimal text; `0` for an empty table. */
export async function largestValue(client: Client, ownedBy: string): Promise<bigint> {
  const [table, column] = splitColumn(ownedBy);
  const result = await client.query(
    `SELECT coalesce(max(${ident(column)}), 0)::text AS max FROM ${qualified(table)}`,
  );
  return BigInt(maxRow.parse(result.rows[0]).max);
}

/**
 * Puts a sequence where the backup says it stood, or to the largest value present where that is
 * beyond, so that the next value is always fresh. Transactional: unlike `setval` alone, the caller's
 * rollback matters only while the sequence is new, hence RESTART.
 */
export async function setSequence(client: Client, state: SequenceState): Promise<void> {
  if (state.ownedBy === null) return placeSequence(client, state);
  const largest = await largestValue(client, state.ownedBy);
  const next = BigInt(state.lastValue) + (state.isCalled ? 1n : 0n);
  const restart = next > largest ? next : largest + 1n;
  await client.query(`ALTER SEQUENCE ${qualified(state.sequence)} RESTART WITH ${String(restart)}`);
}

/** Puts a sequence exactly where it stood. Not undone by a rollback (`setval` never is). */
export async function placeSequence(client: Client, state: SequenceState): Promise<void> {
  await client.query('SELECT setval($1::regclass, $2::int8, $3)', [
    qualified(state.sequence),
    state.lastValue,
    state.isCalled,
  ]);
}
