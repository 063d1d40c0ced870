import type { Client } from 'pg';
import { z } from 'zod';
import type { Rules } from '../../../workflows/domain/project-rules';
import { literal } from '../identifiers';

/** The rules, and the refs that begin with one ref; without one, all refs. */
type WantedRefs = Pick<Rules, 'tenancy' | 'configuredRefs'> & {
  readonly beginning?: string | undefined;
};

/**
 * The refs that could claim a bucket by its prefix: those that are configured, and those that users
 * carry.
 */
export async function knownRefs(
  client: Client,
  { tenancy, configuredRefs = [], beginning = '' }: WantedRefs,
): Promise<readonly string[]> {
  if (tenancy.buckets.by !== 'id-prefix') return [];
  if (tenancy.users.by !== 'app-metadata') return configuredRefs;
  return allRefs(client, tenancy.users.key, configuredRefs, beginning);
}

/** The refs that are configured, and those that users carry; with a beginning, only such of the latter. */
export async function allRefs(
  client: Client,
  key: string,
  configuredRefs: readonly string[] = [],
  beginning = '',
): Promise<readonly string[]> {
  const value = `raw_app_meta_data ->> ${literal(key)}`;
  const result = await client.query(
    `SELECT DISTINCT ${value} AS ref FROM auth.users WHERE starts_with(${value}, ${literal(beginning)})`,
  );
  const carried = z.array(z.object({ ref: z.string() })).parse(result.rows);
  return [...configuredRefs, ...carried.map((row) => row.ref)];
}

/** Whether nothing tells which other refs there are, so that a longer one could be overlooked. */
export function refsAreUnknown({
  tenancy,
  configuredRefs,
}: Pick<Rules, 'tenancy' | 'configuredRefs'>): boolean {
  const byPrefix = tenancy.buckets.by === 'id-prefix';
  return byPrefix && tenancy.users.by !== 'app-metadata' && configuredRefs === undefined;
}
