import type { Client } from 'pg';
import { NOTHING } from '../catalog/populated';
import { z } from 'zod';
import type { Fingerprint } from '../../../workflows/domain/report';
import type { Content } from '../../../workflows/domain/manifest';
import { ident, qualified } from '../identifiers';
import type { KeyValues } from './projection';
import { runBatch } from '../session/batch';

const fingerprintRow = z.object({
  rows: z.coerce.number(),
  digest: z.string(),
  generated: z.string().optional(),
  keys: z.string().optional(),
});
const valueRow = fingerprintRow.extend({ value: z.string().nullable() });

/** A sum over nothing. */
const OF_NOTHING: Fingerprint = { rows: 0, digest: '0' };

/** What is fingerprinted: expressions over the alias `t`, and a predicate over it. */
export interface Selection {
  readonly table: string;
  readonly expressions: readonly string[];
  /** Further expressions, which have a digest of their own out of the same scan. */
  readonly generated?: readonly string[] | undefined;
  /** The same for the primary key. */
  readonly keys?: KeyValues | undefined;
  /** `true` for the whole table. */
  readonly where: string;
}

/** The fingerprint of a selection, and the digests of its generated columns and of its key if these are asked for. */
export interface SelectionFingerprint extends Fingerprint {
  readonly generated?: string | undefined;
  readonly keys?: string | undefined;
}

/** The fingerprint of a table, and which values stood in a column that is rewritten. */
export interface FingerprintWithReplaced extends SelectionFingerprint {
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
): Promise<SelectionFingerprint> {
  const [print = ofNothing(selection)] = await fingerprints(client, [selection], seed);
  return print;
}

/** Fingerprints several selections in one message. */
export async function fingerprints(
  client: Client,
  selections: readonly Selection[],
  seed: string,
): Promise<readonly SelectionFingerprint[]> {
  const chosen = selections.filter(({ where }) => where !== NOTHING);
  const results = await runBatch(
    client,
    chosen.map(
      (selection) =>
        `SELECT ${sums(hashesOf(selection, seed))} FROM ${qualified(selection.table)} AS t WHERE ${selection.where}`,
    ),
  );
  const prints = new Map(
    chosen.map((selection, i) => [selection, fingerprintRow.parse(results[i]?.rows[0])]),
  );
  return selections.map((selection) => prints.get(selection) ?? ofNothing(selection));
}

/** Fingerprints a selection and, in the same pass, counts the values of the column that the projection rewrites. */
export async function fingerprintReplacing(
  client: Client,
  selection: Selection & { readonly column: string },
  seed: string,
): Promise<FingerprintWithReplaced> {
  if (selection.where === NOTHING) return { ...ofNothing(selection), replaced: [] };
  const rowHashes = hashesOf(selection, seed);
  // Rows are hashed before they are grouped: PostgreSQL may sort them for that, and hashes are short.
  const named = rowHashes.map(([name, hash]) => `${hash} AS ${name}`);
  const result = await client.query(
    `SELECT r.value::text AS value, ${sums(rowHashes.map(([name]) => [name, `r.${name}`]))}
       FROM (SELECT t.${ident(selection.column)} AS value, ${named.join(', ')}
               FROM ${qualified(selection.table)} AS t WHERE ${selection.where} OFFSET 0) AS r
      GROUP BY r.value ORDER BY r.value`,
  );
  const values = z.array(valueRow).parse(result.rows);
  return {
    rows: values.reduce((sum, value) => sum + value.rows, 0),
    digest: sumOf(values.map(({ digest }) => digest)),
    ...(selection.generated?.length && {
      generated: sumOf(values.map(({ generated = '0' }) => generated)),
    }),
    ...(selection.keys && { keys: sumOf(values.map(({ keys = '0' }) => keys)) }),
    replaced: values.map(({ value, rows }) => ({ value, rows })),
  };
}

function ofNothing({ generated = [], keys }: Selection): SelectionFingerprint {
  return {
    ...OF_NOTHING,
    ...(generated.length > 0 && { generated: '0' }),
    ...(keys && { keys: '0' }),
  };
}

function sumOf(digests: readonly string[]): string {
  return digests.reduce((sum, digest) => sum + BigInt(digest), 0n).toString();
}

type Digest = 'digest' | 'generated' | 'keys';

/** The hash of one row for each digest that a selection asks for. */
function hashesOf(
  { expressions, generated = [], keys }: Selection,
  seed: string,
): readonly (readonly [Digest, string])[] {
  return [
    ['digest', hashOf(expressions, seed)],
    ...(generated.length > 0 ? [['generated', hashOf(generated, seed)] as const] : []),
    ...(keys === undefined ? [] : [['keys', keyHash(keys, seed)] as const]),
  ];
}

/** The number of rows and the digests, which are 0 over no rows, out of the hashes of each row. */
function sums(rowHashes: readonly (readonly [Digest, string])[]): string {
  const digests = rowHashes.map(([name, hash]) => `coalesce(sum(${hash}), 0)::text AS ${name}`);
  return ['count(*)::text AS rows', ...digests].join(', ');
}

/**
 * The hash is of one column that holds the whole row's bytes: over several columns it is linear in
 * the hash of each, so that a sum would not see values that two rows swapped.
 */
function hashOf(expressions: readonly string[], seed: string): string {
  const record = `record_send(row(${expressions.join(', ')}))`;
  return `hash_record_extended(row(${record}), ${BigInt(seed).toString()}::int8)`;
}

/** The hash of a row's key. That of a single uuid, PostgreSQL's own, is of all its bytes as well, and sooner done. */
export function keyHash({ expressions, isUuid }: KeyValues, seed: string): string {
  const [only = ''] = expressions;
  if (!isUuid) return hashOf(expressions, seed);
  return `uuid_hash_extended(${only}, ${BigInt(seed).toString()}::int8)`;
}
