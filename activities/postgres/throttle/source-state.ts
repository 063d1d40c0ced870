import type { Client } from 'pg';
import { z } from 'zod';
import type { Throttle } from '../../../workflows/domain/settings';
import { failure } from '../../runtime/failure';
import { askThrottleQuery, type QueryAnswer } from '../configured-query';
import { ident } from '../identifiers';

const stateRow = z.object({
  role: z.string(),
  /** Whether the role sees what others' sessions do, and how far standbys are. */
  sees: z.boolean(),
  active: z.number(),
  isStandby: z.boolean(),
  /** How far the server itself is behind if it is a standby; `null` if it receives no stream. */
  own: z.number().nullable(),
  /** The one that streams from it and is furthest behind. */
  standby: z.string().nullable(),
  lag: z.number().nullable(),
});

/** How a source stands by the figures that a throttle may limit. */
export type SourceState = Readonly<z.infer<typeof stateRow>>;

/**
 * Active sessions of others on the whole server, parallel workers not counted. Lag by the replay position: of what
 * streams from this server now, standbys and subscribers alike, not of slots that nobody reads. Who receives a
 * base backup or keeps WAL alone replays nothing.
 */
const STANDING = `
  SELECT current_user::text AS role, pg_has_role('pg_read_all_stats', 'USAGE') AS sees,
         (SELECT count(*)::int FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND state IN ('active', 'fastpath function call')
             AND pid <> pg_backend_pid() AND NOT starts_with(application_name, 'moveout ')) AS active,
         here.standby AS "isStandby",
         CASE WHEN here.standby AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN
           pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 END AS own,
         furthest.name AS standby, furthest.lag
    FROM (SELECT pg_is_in_recovery() AS standby) AS here
    LEFT JOIN LATERAL (
      SELECT coalesce(nullif(application_name, ''), 'without a name') AS name,
             pg_wal_lsn_diff(CASE WHEN here.standby THEN pg_last_wal_replay_lsn()
                                  ELSE pg_current_wal_lsn() END, replay_lsn)::float8 AS lag
        FROM pg_stat_replication WHERE replay_lsn IS NOT NULL ORDER BY 2 DESC LIMIT 1
    ) AS furthest ON true`;

/** Reads how the session's server stands. */
export async function readSourceState(client: Client): Promise<SourceState> {
  const { rows } = await client.query(STANDING);
  return stateRow.parse(rows[0]);
}

/** Says that the role does not see what a limit is about, and what helps; `undefined` if it does, or needs not. */
export function missingRight(
  { role, sees }: SourceState,
  { maxActiveSessions, maxLagBytes }: Throttle,
  connection: string,
): string | undefined {
  if (sees || (maxActiveSessions ?? maxLagBytes) === undefined) return undefined;
  const limits = [
    ...(maxActiveSessions === undefined ? [] : ['throttle.maxActiveSessions']),
    ...(maxLagBytes === undefined ? [] : ['throttle.maxLagBytes']),
  ];
  return `role "${role}" of connection "${connection}" may not see what sessions of others do and how far standbys are, which ${limits.join(' and ')} needs: GRANT pg_read_all_stats TO ${ident(role)};`;
}

/**
 * Asks a source whether its limits are kept. Gives in words for what moveout has to wait; nothing if it may read on.
 * Throws if that cannot be known: nobody reads past a limit that is not looked at.
 */
export async function reasonToWait(
  client: Client,
  throttle: Throttle,
  connection: string,
): Promise<string | undefined> {
  const state = await readSourceState(client);
  const blind = missingRight(state, throttle, connection);
  if (blind !== undefined) throw failure('AccessDenied', blind);
  const reasons = [
    ...sessionsExcess(state, throttle),
    ...lagExcess(state, throttle),
    ...(throttle.query === undefined
      ? []
      : queryExcess(await askThrottleQuery(client, throttle.query))),
  ];
  return reasons.length === 0 ? undefined : `waits for the source: ${reasons.join('; ')}`;
}

function sessionsExcess(
  { active }: SourceState,
  { maxActiveSessions: limit = Infinity }: Throttle,
): readonly string[] {
  if (active <= limit) return [];
  const sessions = active === 1 ? 'active session' : 'active sessions';
  return [`${String(active)} ${sessions}, the limit is ${String(limit)}`];
}

function lagExcess(
  { isStandby, own, standby, lag }: SourceState,
  { maxLagBytes: limit }: Throttle,
): readonly string[] {
  if (limit === undefined) return [];
  const most = `the limit is ${String(limit)}`;
  const itself = !isStandby
    ? []
    : own === null
      ? ['it is a standby that receives no stream, so its lag is not known']
      : own > limit
        ? [`it is a standby ${String(own)} bytes behind, ${most}`]
        : [];
  if (lag === null || lag <= limit) return itself;
  return [...itself, `standby "${standby ?? ''}" is ${String(lag)} bytes behind, ${most}`];
}

function queryExcess({ rows, value }: QueryAnswer): readonly string[] {
  if (rows !== 1)
    return [`throttle.query yields ${rows === 0 ? 'no row' : 'more than one row'}, not one`];
  if (value === 'true') return [];
  return [
    value === 'false' ? 'throttle.query yields false' : (value ?? 'throttle.query yields NULL'),
  ];
}
