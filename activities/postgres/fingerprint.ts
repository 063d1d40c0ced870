import type { Client } from 'pg';
import { z } from 'zod';
import type { Fingerprint } from '../../workflows/domain/fingerprint';
import { qualified } from './identifiers';

const row = z.object({ rows: z.coerce.number(), digest: z.string() });

/** What is fingerprinted: expressions over the alias `t`, and a predicate over it. */
export interface Selection {
  readonly table: string;
  readonly expressions: readonly string[];
  /** `true` for the whole table. */
  readonly where: string;
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
  const record = `record_send(row(${selection.expressions.join(', ')}))`;
  const result = await client.query(
    `SELECT count(*)::text AS rows,
            coalesce(sum(hash_record_extended(row(${record}), ${BigInt(seed).toString()}::int8)), 0)::text AS digest
       FROM ${qualified(selection.table)} AS t WHERE ${selection.where}`,
  );
  return row.parse(result.rows[0]);
}
