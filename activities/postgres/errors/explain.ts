import type { Client } from 'pg';
import { z } from 'zod';
import { ApplicationFailure } from '@temporalio/common';
import { failure } from '../../runtime/failure';
import { isFailureCode, type FailureCode } from '../../../workflows/domain/failure';
import { sqlstateOf } from './classify';
import { cutName } from '../session/settings';

/** What is known of the session that failed. */
export interface Failed {
  readonly access: 'read' | 'write';
  /** How it was called in the server's log. */
  readonly name: string;
  /** Opens another session in the same database, which only reads. */
  readonly look: <T>(use: (client: Client) => Promise<T>) => Promise<T>;
}

/**
 * Adds to a failure what only the server knows: whom it waited for without success, or where in the server's log the
 * rest stands. Once: a failure that went through here is given back as it is.
 */
export async function explainFailure(error: Error, failed: Failed): Promise<Error> {
  const state = sqlstateOf(error);
  if (state === undefined || !(error instanceof ApplicationFailure)) return error;
  const { message } = error;
  const code = error.type ?? '';
  if (!isFailureCode(code)) return error;
  const more = state === '55P03' ? await whoLocks(failed) : whereLogged(state, code, failed);
  if (more === undefined) return error;
  const explained = failure(code, `${message}; ${more}`);
  explained.stack = error.stack?.replace(message, () => explained.message) ?? '';
  return explained;
}

/** Of these PostgreSQL's message may hold anything, and so is not said. */
function whereLogged(state: string, code: FailureCode, { name }: Failed): string | undefined {
  if (!state.startsWith('P0') && code !== 'Unexpected') return undefined;
  const minute = new Date().toISOString().slice(0, 16).replace('T', ' ');
  return `the log of the PostgreSQL server says more, at ${minute} UTC under application_name "${cutName(name)}"`;
}

const lockRow = z.object({
  table: z.string(),
  pid: z.number(),
  name: z.string(),
  since: z.string().nullable(),
});

const MOST_NAMED = 3;

async function whoLocks({ access, name, look }: Failed): Promise<string> {
  const { rows } = await look((client) =>
    client.query(LOCKS, [access === 'write', cutName(name), MOST_NAMED]),
  );
  const found = z.array(lockRow).parse(rows);
  if (found.length === 0) return 'the session that held it has released it by now';
  return found.map(inWords).join('; ');
}

function inWords({ table, pid, name, since }: z.infer<typeof lockRow>): string {
  const time = since === null ? '' : `, since ${since}`;
  return `${table} is locked by session "${name}" (process ${String(pid)} of the server${time}): let it end, or end it by pg_terminate_backend(${String(pid)})`;
}

/** Who only reads waits for the strongest lock alone. */
const LOCKS = `
  SELECT l.relation::regclass::text AS table, l.pid, coalesce(a.application_name, '') AS name,
         to_char(min(a.xact_start), 'YYYY-MM-DD HH24:MI:SS "UTC"') AS since
    FROM pg_locks AS l
    JOIN pg_class AS c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   CROSS JOIN LATERAL pg_stat_get_activity(l.pid) AS a
   WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND c.oid >= 16384 AND ($1 OR l.mode = 'AccessExclusiveLock') AND a.application_name <> $2
   GROUP BY 1, 2, 3
   ORDER BY max((l.mode = 'AccessExclusiveLock')::int) DESC, min(a.xact_start)
   LIMIT $3`;
