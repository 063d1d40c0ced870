import { problem, type Findings } from '../../../workflows/domain/findings';
import { ident } from '../identifiers';
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
type SessionRoom = Readonly<z.infer<typeof roomRow>>;

/** Who asks, for how much, and for which database besides the session's. */
interface SessionDemand {
  readonly connection: string;
  readonly needed: number;
  /** How many of them may be in one database. */
  readonly inDatabase: number;
  readonly database?: string | undefined;
}

/** Names each limit that leaves fewer sessions than a move needs (`too-few-sessions`). */
export async function checkSessionRoom(client: Client, demand: SessionDemand): Promise<Findings> {
  const rooms = await readSessionRoom(client, demand.database);
  const short = rooms.filter(({ kind, most, used }) => most - used < leastOf(kind, demand));
  return problem(
    'too-few-sessions',
    short.map((room) => inWords(room, demand)),
  );
}

/** In one database there are never more than those that read. */
function leastOf(kind: SessionRoom['kind'], { needed, inDatabase }: SessionDemand): number {
  return kind === 'database' ? Math.min(needed, inDatabase) : needed;
}

function inWords({ kind, name, most, used }: SessionRoom, demand: SessionDemand): string {
  const least = leastOf(kind, demand);
  const { connection } = demand;
  const inUse = `${String(used)} are in use by others`;
  const has = `${String(most)} sessions at a time, of which ${inUse}`;
  const needs = `moveout needs ${String(least)}`;
  const enough = String(used + least);
  switch (kind) {
    case 'role':
      return `role "${name}" of connection "${connection}" may have ${has}; ${needs}: ALTER ROLE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'database':
      return `database "${name}" on connection "${connection}" may have ${has}; ${needs}: ALTER DATABASE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'server':
      return `the server of connection "${connection}" has ${String(most)} slots for this role, of which ${inUse}; ${needs}: end unused sessions, or raise max_connections`;
  }
}

/**
 * Reads the limits that hold for the session's role: its own, those of the session's database and of the one
 * that is named, and the server's. What moveout has open itself is not counted: idle sessions are given up,
 * and busy ones end.
 */
async function readSessionRoom(client: Client, database?: string): Promise<readonly SessionRoom[]> {
  // Not prepared: whether the server is behind a pooler, which would mix such statements up, is asked after this.
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
