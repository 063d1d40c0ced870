import type { Client } from 'pg';
import { z } from 'zod';

const roomRow = z.object({
  kind: z.enum(['role', 'database', 'server']),
  /** Of the role or the database; of the server nothing. */
  name: z.string(),
  most: z.number(),
  used: z.number(),
});

/** A limit of sessions: how many there may be, and how many others than moveout's are in use. */
export type SessionRoom = Readonly<z.infer<typeof roomRow>>;

/**
 * Reads the limits that hold for the session's role: its own, those of the session's database and of the one
 * that is named, and the server's. What moveout has open itself is not counted: idle sessions are given up,
 * and busy ones end.
 */
export async function readSessionRoom(
  client: Client,
  database?: string,
): Promise<readonly SessionRoom[]> {
  const { rows } = await client.query(ROOM, [database ?? null]);
  return z.array(roomRow).parse(rows);
}

/** Limits of roles and databases do not hold for superusers. */
const ROOM = `
  WITH me AS (
    SELECT oid, rolname, rolsuper, rolconnlimit FROM pg_roles WHERE rolname = session_user
  ), others AS (
    SELECT usesysid, datid FROM pg_stat_get_activity(NULL)
     WHERE usesysid IS NOT NULL AND datid IS NOT NULL AND leader_pid IS NULL
       AND NOT starts_with(coalesce(application_name, ''), 'moveout ')
  ), kept AS (
    SELECT sum(setting::int)::int AS slots FROM pg_settings, me
     WHERE NOT me.rolsuper AND name IN ('superuser_reserved_connections', 'reserved_connections')
  )
  SELECT 'role' AS kind, rolname AS name, rolconnlimit AS most,
         (SELECT count(*)::int FROM others WHERE usesysid = me.oid) AS used
    FROM me WHERE NOT rolsuper AND rolconnlimit >= 0
  UNION ALL
  SELECT 'database', datname, datconnlimit, (SELECT count(*)::int FROM others WHERE datid = d.oid)
    FROM pg_database AS d, me
   WHERE NOT rolsuper AND datconnlimit >= 0 AND datname IN (current_database(), $1)
  UNION ALL
  SELECT 'server', '', current_setting('max_connections')::int - coalesce(kept.slots, 0),
         (SELECT count(*)::int FROM others)
    FROM kept`;
