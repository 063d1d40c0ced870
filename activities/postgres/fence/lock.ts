import type { Client } from 'pg';
import { z } from 'zod';
import { failure } from '../../failure';
import { lockKey, runPrefix } from './names';

const granted = z.object({ granted: z.boolean() });

/** What is locked: one project, and the database it goes into. */
export interface LockedNames {
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
  names: LockedNames,
  mode: 'shared' | 'exclusive',
): Promise<boolean> {
  const call = mode === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const keys = [lockKey('project', names.projectRef), lockKey('database', names.databaseName)];
  for (const key of keys) {
    const result = await client.query(`SELECT ${call}($1::int8) AS granted`, [key]);
    if (granted.parse(result.rows[0]).granted) continue;
    await client.query('SELECT pg_advisory_unlock_all()');
    return false;
  }
  return true;
}

/** The failure of a run that finds another one at work. */
export function busy(names: LockedNames): Error {
  return failure(
    'ProjectBusy',
    `another run works on project "${names.projectRef}" or on database "${names.databaseName}"`,
  );
}

/**
 * Ends the sessions that earlier attempts of the same run left behind on the session's server, and
 * waits until they are gone: their locks are free and nothing they still do can commit.
 */
export async function endEarlierAttempts(
  client: Client,
  runId: string,
  ownName: string,
): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE starts_with(application_name, $1) AND application_name <> $2 AND pid <> pg_backend_pid()`,
    [runPrefix(runId), ownName],
  );
}
