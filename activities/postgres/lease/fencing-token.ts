import type { Client, QueryResult } from 'pg';
import { z } from 'zod';
import { failure } from '../../runtime/failure';
import { literal } from '../identifiers';

const tokenRow = z.object({ fencingToken: z.coerce.number(), steps: z.array(z.string()) });

/** The fencing token that an attempt has taken, and the steps that the marker records as done. */
export type FencingToken = Readonly<z.infer<typeof tokenRow>>;

/**
 * Advances the fencing token, one of the layers that stop a late writer (activities/runtime/lease.ts lists them), for one attempt: from here on no earlier attempt's transaction can commit a
 * write. A step advances it only while the migration runs, a restore also when it is
 * completed. The token of an abandoned marker is advanced no more: an operator has accepted what stands there.
 */
export async function advanceToken(
  client: Client,
  runId: string,
  state: 'running' | 'not abandoned' = 'running',
): Promise<FencingToken> {
  const result = await client.query(
    `UPDATE moveout.migration SET fencing_token = fencing_token + 1
      WHERE run_id = $1 AND (state = $2 OR $2 = 'not abandoned' AND state <> 'abandoned')
      RETURNING fencing_token::text AS "fencingToken", steps`,
    [runId, state],
  );
  if (result.rowCount !== 1) throw failure('Fenced', 'the target no longer belongs to this run');
  return tokenRow.parse(result.rows[0]);
}

/** The first statement of a write transaction: it checks the fencing token and holds it until the transaction ends. */
export function lockTokenForShare(runId: string, fencingToken: number): string {
  return `SELECT FROM moveout.migration
    WHERE run_id = ${literal(runId)} AND fencing_token = ${String(fencingToken)} AND state = 'running' FOR SHARE`;
}

/** Throws if `lockTokenForShare` did not find the expected fencing token. */
export function assertToken(held: QueryResult | undefined): void {
  if (held?.rowCount !== 1) throw failure('Fenced', 'a later attempt has taken the target over');
}
