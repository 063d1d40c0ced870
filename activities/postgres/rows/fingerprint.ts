import type { Client } from 'pg';
import { NOTHING } from '../catalog/populated';
import { z } from 'zod';
import type { Fingerprint } from '../../../workflows/domain/report';
import type { Content } from '../../../workflows/domain/manifest';
import { ident, qualified } from '../identifiers';
import { runBatch } from '../session/batch';

const fingerprintRow = z.object({ rows: z.coerce.number(), digest: z.string() });
const valueRow = fingerprintRow.extend({ value: z.string().nullable() });

/** A sum over nothing. */
export const OF_NOTHING: Fingerprint = { rows: 0, digest: '0' };

/** What is fingerprinted: expressions over the alias `t`, and a predicate over it. */
export interface Selection {
  readonly table: string;
  readonly expressions: readonly string[];
  /** `true` for the whole table. */
  readonly where: string;
}

/** The fingerprint of a table, and which values stood in a column that is rewritten. */
export interface FingerprintWithReplaced extends Fingerprint {
  readonly replaced: NonNullable<Content['replaced']>;
}

/**
 * Computes the fingerprint of a selection inside PostgreSQL: the sum of 64-bit hashes of each row's
 * binary form. Exact to the byte, NULL apart from empty, independent of row order and of every
 * session setting but `client_encoding`, and it keeps multiplicity. Two different contents collide
 * with a chance of about 2^-64 per seed.
 */
export async function fingerprint(
  client: Client,
  selection: Selection,
  seed: string,
): Promise<Fingerprint> {
  const [print = OF_NOTHING] = await fingerprints(client, [selection], seed);
  return print;
}

/** Fingerprints several selections in one message. */
export async function fingerprints(
  client: Client,
  selections: readonly Selection[],
  seed: string,
): Promise<readonly Fingerprint[]> {
  const chosen = selections.filter(({ where }) => where !== NOTHING);
  const results = await runBatch(
    client,
    chosen.map(
      (selection) =>
        `SELECT ${aggregates(selection, seed)} FROM ${qualified(selection.table)} AS t WHERE ${selection.where}`,
    ),
  );
  const prints = new Map(
    chosen.map((selection, i) => [selection, fingerprintRow.parse(results[i]?.rows[0])]),
  );
  return selections.map((selection) => prints.get(selection) ?? OF_NOTHING);
}

/** Fingerprints a selection and, in the same pass, counts the values of the column that the projection rewrites. */
export async function fingerprintReplacing(
  client: Client,
  selection: Selection & { readonly column: string },
  seed: string,
): Promise<FingerprintWithReplaced> {
  if (selection.where === NOTHING) return { ...OF_NOTHING, replaced: [] };
  const result = await client.query(
    `SELECT t.${ident(selection.column)}::text AS value, ${aggregates(selection, seed)}
       FROM ${qualified(selection.table)} AS t WHERE ${selection.where} GROUP BY 1 ORDER BY 1`,
  );
  const values = z.array(valueRow).parse(result.rows);
  return {
    rows: values.reduce((sum, value) => sum + value.rows, 0),
    digest: values.reduce((sum, value) => sum + BigInt(value.digest), 0n).toString(),
    replaced: values.map(({ value, rows }) => ({ value, rows })),
  };
}

/**
 * The hash is of one column that holds the whole row's bytes: over several columns it is linear in
 * the hash of each, so that a sum would not see values that two rows swapped.
 */
function aggregates(selection: Selection, seed: string): string {
  const record = `record_send(row(${selection.expressions.join(', ')}))`;
  const hash = `hash_record_extended(row(${record}), ${BigInt(seed).toString()}::int8)`;
  return `count(*)::text AS rows, coalesce(sum(${hash}), 0)::text AS digest`;
}
