import { NO_FINDINGS, problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { queryCatalog } from '../session/prepared';

const askRow = z.object({ standby: z.boolean(), mayAsk: z.boolean() });
const fileRow = z.object({ configured: z.boolean() });

/** Why a server takes no writes, if it does not. */
interface ReadOnly {
  readonly standby: boolean;
  /** Whether the server's configuration makes every session read only that does not say otherwise. */
  readonly configured: boolean;
}

/** Says that the session's server takes no writes (`target-read-only`). */
export async function checkReadOnly(client: Client): Promise<Findings> {
  const { standby, configured } = await readReadOnly(client);
  if (standby) {
    return problem('target-read-only', [
      "the target's server is a standby and takes no writes: name the primary server in the connection's URL",
    ]);
  }
  if (!configured) return NO_FINDINGS;
  return problem('target-read-only', [
    "the target's server is set to read only (default_transaction_read_only = on), also for the services that will use the new database: find out why, then ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();",
  ]);
}

const waitRow = z.object({ names: z.string(), waits: z.boolean() });

/** Says that no commit on the session's server would end, since it waits for a standby and none is connected (`target-waits`). */
export async function checkCommits(client: Client): Promise<Findings> {
  const result = await queryCatalog(client, WAITING);
  const { names, waits } = waitRow.parse(result.rows[0]);
  if (!waits) return NO_FINDINGS;
  return problem('target-waits', [
    `the target's server waits for a standby at each commit (synchronous_standby_names = ${names}) and none of them is connected, so that no step would end: connect it, or have the server not wait: ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf();`,
  ]);
}

/** What a role may not see of a standby is NULL: then it may be one that the server waits for. */
const WAITING = `
  SELECT current_setting('synchronous_standby_names') AS names,
         NOT pg_is_in_recovery() AND current_setting('synchronous_standby_names') <> ''
           AND current_setting('synchronous_commit') <> 'local'
           AND NOT EXISTS (SELECT FROM pg_stat_replication
                            WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum')) AS waits`;

/**
 * Looks whether the session's server is a standby, or was set to read only as a whole. The session itself has
 * a setting of its own, so the server's files are asked, if the role may read them.
 */
async function readReadOnly(client: Client): Promise<ReadOnly> {
  const result = await queryCatalog(
    client,
    `
    SELECT pg_is_in_recovery() AS standby,
           has_function_privilege('pg_show_all_file_settings()', 'EXECUTE') AS "mayAsk"`,
  );
  const { standby, mayAsk } = askRow.parse(result.rows[0]);
  if (standby || !mayAsk) return { standby, configured: false };
  const files = await queryCatalog(
    client,
    `SELECT setting::boolean AS configured FROM pg_file_settings
      WHERE name = 'default_transaction_read_only' AND applied ORDER BY seqno DESC LIMIT 1`,
  );
  const [found] = z.array(fileRow).parse(files.rows);
  return { standby, configured: found?.configured ?? false };
}
