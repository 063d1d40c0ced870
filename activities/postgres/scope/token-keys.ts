import type { Client } from 'pg';
import { z } from 'zod';
import { literal } from '../identifiers';
import { readKeys, type KeySet } from './keys';
import type { ProjectKeys } from './predicates';

/** By what the refresh tokens of few users are found through indexes that stock Auth has. */
export interface TokenKeys {
  /** SQL: every instance id that a refresh token has, but NULL. */
  readonly instances: string;
  readonly sessions: KeySet;
}

/** A source has one instance id; where each project has its own there is nothing to be gained. */
const FEW = 16;

/** From one instance id to the next one in the index, and no further than it takes to see that they are few. */
const INSTANCES = `
  WITH RECURSIVE following (id) AS (
    (SELECT r.instance_id FROM auth.refresh_tokens AS r ORDER BY r.instance_id LIMIT 1)
    UNION ALL
    SELECT (SELECT r.instance_id FROM auth.refresh_tokens AS r
             WHERE r.instance_id > f.id ORDER BY r.instance_id LIMIT 1)
      FROM following AS f WHERE f.id IS NOT NULL)
  SELECT coalesce(array_agg(l.id) FILTER (WHERE l.id IS NOT NULL), '{}')::text AS ids, count(*)::int AS count
    FROM (SELECT f.id FROM following AS f LIMIT ${String(FEW)}) AS l`;

const instancesRow = z.object({ ids: z.string(), count: z.number() });

/**
 * Reads in the session's snapshot what leads to the users' refresh tokens: their `user_id` stands only
 * behind the instance id in an index, their session in another. `undefined` where that leads nowhere, as with
 * too many users or instance ids.
 */
export async function readTokenKeys(
  client: Client,
  users: KeySet,
  exists: ProjectKeys['exists'],
): Promise<TokenKeys | undefined> {
  const has = (column: string): boolean => exists('auth.refresh_tokens', column);
  if (!users.isList || !has('instance_id') || !has('session_id')) return undefined;
  const result = await client.query(INSTANCES);
  const { ids, count } = instancesRow.parse(result.rows[0]);
  if (count === FEW) return undefined;
  const statement = `SELECT x.id FROM auth.sessions AS x WHERE ${users.has('x.user_id')}`;
  const sessions = await readKeys(client, { type: 'uuid', statement });
  return { instances: `${literal(ids)}::pg_catalog.uuid[]`, sessions };
}
