import type { Client } from 'pg';
import { z } from 'zod';
import { failure } from '../../runtime/failure';
import { createHash } from 'node:crypto';
import { queryCatalog } from '../session/prepared';

const grantedRow = z.object({ project: z.boolean(), database: z.boolean() });

/** What is locked: one project, and the database it goes into. */
export interface LockNames {
  readonly projectRef: string;
  readonly databaseName: string;
}

/**
 * Tries to take the locks of a project and of its target database for as long as the session lives.
 * `shared` lets other readers in and keeps writers out. Advisory locks belong to one database, so
 * every caller's session is in the server's lock database. Answers whether both were granted.
 */
export async function tryLock(
  client: Client,
  names: LockNames,
  mode: 'shared' | 'exclusive',
): Promise<boolean> {
  const call = mode === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const result = await queryCatalog(
    client,
    `SELECT ${call}($1::int8) AS project, ${call}($2::int8) AS database`,
    [lockKey('project', names.projectRef), lockKey('database', names.databaseName)],
  );
  const { project, database } = grantedRow.parse(result.rows[0]);
  if (project && database) return true;
  await client.query('SELECT pg_advisory_unlock_all()');
  return false;
}

const lockingRow = z.object({ pid: z.number(), name: z.string(), since: z.string() });

/** The session of a run that holds the locks of a project or database. */
export type Locking = z.infer<typeof lockingRow>;

/**
 * Finds who has locked the project or the database against all others; `undefined` if no one has. Takes
 * no lock itself, so that those who look are never in each other's way, nor in that of who writes.
 */
export async function findLocking(
  client: Client,
  { projectRef, databaseName }: LockNames,
): Promise<Locking | undefined> {
  const result = await queryCatalog(
    client,
    `SELECT l.pid, coalesce(a.application_name, '') AS name,
            coalesce(to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS "UTC"'), 'a time that only its role sees') AS since
       FROM pg_locks AS l CROSS JOIN LATERAL pg_stat_get_activity(l.pid) AS a
      WHERE l.locktype = 'advisory' AND l.mode = 'ExclusiveLock' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::int8 << 32) | l.objid::int8 = ANY ($1::int8[])
      LIMIT 1`,
    [[lockKey('project', projectRef), lockKey('database', databaseName)]],
  );
  return result.rows[0] === undefined ? undefined : lockingRow.parse(result.rows[0]);
}

/**
 * Ends the sessions that other attempts of the named runs left behind on the session's server, and
 * waits until they are gone: their locks are free and nothing they still do can commit. The caller
 * has no second session open. Answers which session the caller's is.
 */
export async function endOtherAttempts(
  client: Client,
  runIds: readonly string[],
): Promise<LockSession> {
  const result = await queryCatalog(
    client,
    `SELECT o.pid, o.backend_start::text AS "startedAt",
            (SELECT coalesce(bool_and(pg_terminate_backend(a.pid, 10000)), true)
               FROM pg_stat_get_activity(NULL) AS a
              WHERE a.pid <> o.pid
                AND EXISTS (SELECT FROM unnest($1::text[]) AS p (prefix)
                             WHERE starts_with(a.application_name, p.prefix))) AS gone
       FROM pg_stat_get_activity(pg_backend_pid()) AS o`,
    [runIds.map(runPrefix)],
  );
  const { gone, ...session } = sweptRow.parse(result.rows[0]);
  if (gone) return session;
  throw failure('LockHeld', 'a session of an earlier attempt of this run does not end');
}

/** The session that holds an attempt's locks, distinguished from any later one with the same pid. */
export interface LockSession {
  readonly pid: number;
  readonly startedAt: string;
}

const sweptRow = z.object({ pid: z.number(), startedAt: z.string(), gone: z.boolean() });

/**
 * Fails if this attempt no longer holds the lease. A successor terminates the run's sessions, takes the locks,
 * then terminates again, so a session that was opened in between cannot survive.
 */
export async function assertLeaseHeld(client: Client, session: LockSession): Promise<void> {
  const result = await queryCatalog(
    client,
    `SELECT FROM pg_stat_get_activity($1) WHERE backend_start = $2::timestamptz
        AND application_name = current_setting('application_name')`,
    [session.pid, session.startedAt],
  );
  if (result.rowCount === 1) return;
  throw failure('LockHeld', 'this attempt has lost its locks');
}

/** One attempt of one step of one run, as the servers see it. */
export interface AttemptName {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
  readonly projectRef: string;
}

/** All sessions of a run begin with this in `application_name`. */
function runPrefix(runId: string): string {
  return `moveout ${shortRun(runId)} `;
}

/** The `application_name` of an attempt; the run comes first since long names are cut at the end. */
export function applicationName(name: AttemptName): string {
  return `${runPrefix(name.runId)}${name.step}#${String(name.attempt)} ${name.projectRef}`;
}

/** How the names of databases begin that do not carry their marker yet. */
export const STAGING_PREFIX = 'moveout_staging_';

/** The name a database has from its creation until it carries its marker. */
export function stagingName(runId: string): string {
  return `${STAGING_PREFIX}${shortRun(runId)}`;
}

/** The key of the advisory lock for a name, as decimal text of a signed 64-bit number. */
export function lockKey(kind: 'project' | 'database', name: string): string {
  const hash = createHash('sha256').update(`moveout ${kind} ${name}`).digest();
  return hash.readBigInt64BE(0).toString();
}

function shortRun(runId: string): string {
  return createHash('sha256').update(runId).digest('hex').slice(0, 12);
}
