import type { Client } from 'pg';
import { z } from 'zod';
import type { Job } from '../../../workflows/domain/job';
import type { Evidence } from '../../../workflows/domain/report';
import { connectRights, type ConnectRight } from '../connect-rights';
import { failure } from '../../runtime/failure';
import {
  foreignObjects,
  newerMarker,
  readMarkerObjects,
  type ForeignMarker,
} from './foreign-marker';

/**
 * The marker is one row in `moveout.migration` of the target: whose migration this database belongs
 * to, how far it came, and the fencing token that every write transaction checks.
 */
const markerRow = z.object({
  projectRef: z.string(),
  runId: z.string(),
  workflowId: z.string(),
  ownerUserId: z.string().nullable(),
  backupId: z.string(),
  state: z.enum(['running', 'completed', 'abandoned']),
  fencingToken: z.coerce.number(),
  steps: z.array(z.string()),
  createdDatabase: z.boolean(),
  /** The database that was claimed; a copy of it under another oid carries the same marker. */
  databaseOid: z.coerce.number(),
  /** The database that the rows come from, as it was identified when it was read. */
  source: z.object({
    connection: z.string(),
    database: z.string(),
    systemIdentifier: z.string(),
    oid: z.number(),
    serverVersion: z.number(),
  }),
  /** When the snapshot of the rows was taken, ISO 8601 in UTC. */
  snapshotAt: z.string(),
  /** When the run set its completed marker, ISO 8601 in UTC. */
  completedAt: z.string().nullable(),
});

export type Marker = z.infer<typeof markerRow>;

/** What a run writes into the marker when it claims a target. */
export type NewMarker = Pick<
  Marker,
  'projectRef' | 'runId' | 'workflowId' | 'backupId' | 'createdDatabase' | 'source' | 'snapshotAt'
> & {
  readonly ownerUserId?: string | undefined;
  /** What a restore has to know, should the run never come to it. */
  readonly job?: Job | undefined;
  /** Who may connect again at the end; left out, as the facts of the backup say. */
  readonly opensTo?: readonly ConnectRight[] | undefined;
};

/** `job` is for as long as the run may be restored; a completed marker has its evidence there, and what was left to an operator. */
const CREATE_TABLE = `
  CREATE SCHEMA IF NOT EXISTS moveout;
  CREATE TABLE IF NOT EXISTS moveout.migration (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    project_ref text NOT NULL,
    run_id text NOT NULL,
    workflow_id text NOT NULL,
    owner_user_id text,
    backup_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'completed', 'abandoned')),
    fencing_token bigint NOT NULL,
    steps text[] NOT NULL DEFAULT '{}',
    created_database boolean NOT NULL,
    database_oid oid NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    source jsonb NOT NULL,
    snapshot_at timestamptz NOT NULL,
    previous jsonb,
    job jsonb,
    opens_to jsonb
  );
  ALTER TABLE moveout.migration ADD COLUMN IF NOT EXISTS job jsonb, ADD COLUMN IF NOT EXISTS opens_to jsonb;
  REVOKE ALL ON SCHEMA moveout FROM PUBLIC;
  COMMENT ON SCHEMA moveout IS 'The marker of moveout: which project this database was migrated for.'`;

/** ISO 8601 to the millisecond, as a format of `to_char`. */
const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** Tells whether the session's role may read the marker, or that there is none. */
export async function mayReadMarker(client: Client): Promise<boolean> {
  const result = await client.query(
    `SELECT FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'migration'
      WHERE n.nspname = 'moveout'
        AND NOT (has_schema_privilege(n.oid, 'USAGE') AND coalesce(has_table_privilege(c.oid, 'SELECT'), true))`,
  );
  return result.rowCount === 0;
}

/** Reads the marker of the database a session is in, `locked` until the transaction ends; `undefined` if there is none. */
export async function readMarker(client: Client, how?: 'locked'): Promise<Marker | undefined> {
  const objects = await readMarkerObjects(client);
  if (objects === undefined || (objects.isUsable && objects.kind === null)) return undefined;
  assertOwn(client, foreignObjects(objects));
  const result = await client.query(
    `SELECT project_ref AS "projectRef", run_id AS "runId", workflow_id AS "workflowId",
            owner_user_id AS "ownerUserId", backup_id AS "backupId", state, fencing_token::text AS "fencingToken",
            steps, created_database AS "createdDatabase", database_oid::text AS "databaseOid", source,
            to_char(snapshot_at AT TIME ZONE 'UTC', '${ISO}') AS "snapshotAt",
            to_char(completed_at AT TIME ZONE 'UTC', '${ISO}') AS "completedAt"
       FROM moveout.migration ${how === 'locked' ? 'FOR UPDATE' : ''}`,
  );
  assertOwn(client, newerMarker(objects, stateRows.parse(result.rows)));
  return result.rows[0] === undefined ? undefined : markerRow.parse(result.rows[0]);
}

function assertOwn(client: Client, foreign: ForeignMarker | undefined): void {
  if (foreign === undefined) return;
  throw failure(foreign.code, `in database "${client.database ?? ''}", ${foreign.words}`);
}

const stateRows = z.array(z.object({ state: z.string() }));

/** Tells whether another run has replaced the run's marker: it is among the previous markers. */
export async function wasSuperseded(client: Client, runId: string): Promise<boolean> {
  const result = await client.query(
    `SELECT jsonb_path_exists(previous, '$.**.run_id ? (@ == $run)', jsonb_build_object('run', $1::text)) AS below
       FROM moveout.migration`,
    [runId],
  );
  return z.object({ below: z.boolean().nullable() }).parse(result.rows[0]).below ?? false;
}

/** Makes the table of the marker if there is none, without a marker in it. */
export async function createMarkerTable(client: Client): Promise<void> {
  await client.query(CREATE_TABLE);
}

/**
 * Claims the database for a run, keeping an earlier marker for the restore. Claiming again by the
 * same run changes nothing. The caller's transaction and lock make it one step.
 */
export async function takeMarker(client: Client, newMarker: NewMarker): Promise<void> {
  await createMarkerTable(client);
  await client.query(
    `INSERT INTO moveout.migration AS m
            (project_ref, run_id, workflow_id, owner_user_id, backup_id, created_database, database_oid,
             source, snapshot_at, state, fencing_token, job, opens_to)
     SELECT $1, $2, $3, $4, $5, $6, oid, $8::jsonb, $9::timestamptz, 'running', 1, $7::jsonb, $10::jsonb
       FROM pg_database WHERE datname = current_database()
     ON CONFLICT (only_row) DO UPDATE
        SET project_ref = excluded.project_ref, run_id = excluded.run_id,
            workflow_id = excluded.workflow_id, owner_user_id = excluded.owner_user_id,
            backup_id = excluded.backup_id, created_database = excluded.created_database,
            database_oid = excluded.database_oid,
            source = excluded.source, snapshot_at = excluded.snapshot_at,
            state = 'running', fencing_token = m.fencing_token + 1, steps = '{}', started_at = now(),
            completed_at = NULL, previous = to_jsonb(m), job = excluded.job,
            -- Whoever left a marker unfinished has closed the database before.
            opens_to = CASE m.state WHEN 'completed' THEN excluded.opens_to ELSE m.opens_to END
      WHERE m.run_id <> excluded.run_id`,
    [
      newMarker.projectRef,
      newMarker.runId,
      newMarker.workflowId,
      newMarker.ownerUserId ?? null,
      newMarker.backupId,
      newMarker.createdDatabase,
      newMarker.job === undefined ? null : JSON.stringify(newMarker.job),
      JSON.stringify(newMarker.source),
      newMarker.snapshotAt,
      newMarker.opensTo === undefined ? null : JSON.stringify(newMarker.opensTo),
    ],
  );
}

/** What the marker says about who may connect to its database. */
export interface Opening {
  /** Who may connect again when the run is over; `undefined`: as the facts of the backup say. */
  readonly opensTo: readonly ConnectRight[] | undefined;
  /** Whether an earlier run, whose marker comes back with a restore, had closed the database already. */
  readonly wasClosed: boolean;
}

const openingRow = z.object({ opensTo: connectRights.nullable(), wasClosed: z.boolean() });

/** Reads who may connect to the database once the run that its marker names is over. */
export async function readOpening(client: Client): Promise<Opening> {
  const result = await client.query(
    `SELECT opens_to AS "opensTo", coalesce(previous ->> 'state' <> 'completed', false) AS "wasClosed"
       FROM moveout.migration`,
  );
  const { opensTo, wasClosed } = openingRow.parse(result.rows[0]);
  return { opensTo: opensTo ?? undefined, wasClosed };
}

/** Writes down that a step is done, in the step's own transaction. */
export async function recordStep(client: Client, step: string): Promise<void> {
  const statement = `UPDATE moveout.migration SET steps = array_append(steps, $1) WHERE NOT $1 = ANY (steps)`;
  await client.query(statement, [step]);
}

/**
 * Turns the run's marker into the completed one, with what verification found, in counts and digests. Again
 * by the same run: no change. The marker before it is kept, since a run that is cancelled right then still
 * goes back to it.
 */
export async function completeMarker(
  client: Client,
  runId: string,
  evidence?: Evidence,
): Promise<void> {
  await client.query(
    `UPDATE moveout.migration SET state = 'completed', completed_at = now(),
            previous = previous - 'previous',
            job = jsonb_build_object('evidence', $2::jsonb, 'unreached', job -> 'unreached',
                                     'leftOutSettings', coalesce(job -> 'leftOutSettings', '[]'))
      WHERE run_id = $1 AND state = 'running'`,
    [runId, evidence === undefined ? null : JSON.stringify(evidence)],
  );
}

/** Marks the restore as abandoned by an operator, and advances the fencing token so that no attempt can go on. */
export async function abandonMarker(client: Client, runId: string): Promise<void> {
  await client.query(
    `UPDATE moveout.migration SET state = 'abandoned', fencing_token = fencing_token + 1, job = NULL WHERE run_id = $1`,
    [runId],
  );
}

/** Removes the run's marker: the previous marker is restored, or, if there was none, nothing of moveout remains. */
export async function restorePreviousMarker(client: Client, runId: string): Promise<void> {
  const restored = await client.query(
    `UPDATE moveout.migration AS m
        SET project_ref = p.project_ref, run_id = p.run_id, workflow_id = p.workflow_id,
            owner_user_id = p.owner_user_id, backup_id = p.backup_id, state = p.state,
            steps = p.steps, created_database = p.created_database,
            database_oid = p.database_oid, started_at = p.started_at,
            completed_at = p.completed_at, source = p.source, snapshot_at = p.snapshot_at, fencing_token = p.fencing_token, previous = p.previous,
            job = p.job, opens_to = p.opens_to
       FROM moveout.migration AS own, jsonb_populate_record(NULL::moveout.migration, own.previous) AS p
      WHERE m.run_id = $1 AND own.previous IS NOT NULL`,
    [runId],
  );
  if (restored.rowCount !== 1) await deleteMarker(client);
}

/** Deletes any marker; afterwards nothing of moveout is in the database. */
export async function deleteMarker(client: Client): Promise<void> {
  await client.query('DROP TABLE moveout.migration');
  await client.query('DROP SCHEMA moveout RESTRICT');
}
