import { log } from '@temporalio/activity';
import type { Client } from '../postgres/session/database-client';
import type { Job } from '../../workflows/domain/job';
import type { Origin } from '../../workflows/domain/origin';
import { failure } from '../runtime/failure';
import { closeToClients } from '../postgres/connect-rights';
import { findDatabase } from '../postgres/catalog/databases';
import { applySettings } from '../postgres/database-settings';
import { takeMarker, readMarker, recordStep, stagingName, type NewMarker } from '../postgres/lease';
import {
  closeDatabase,
  dropDatabase,
  targetRef,
  maintenanceRef,
  serverRef,
  renameDatabase,
  cloneSql,
  hasTemplate,
  templateName,
  type Holding,
} from '../postgres/database';
import {
  createDatabaseSql,
  databaseGrantsSql,
  carriedFacts,
  closedFacts,
  type DatabaseFacts,
} from '../postgres/schema';
import { settableRoles } from '../postgres/checks/role-attributes';
import { createRoles } from '../postgres/catalog/roles';
import { runBatch } from '../postgres/session/batch';
import { transaction } from '../postgres/session/transaction';
import { assertNoSource, type Writer } from '../runtime/lease';

/**
 * Makes the target this run's: created if the plan saw none, marked if it stood already.
 * Run again it finds its own marker and changes nothing. Answers whether it was just cloned, schema and all.
 */
export async function claimTarget(writer: Writer, making: Making): Promise<boolean> {
  await makeRoles(writer, making.facts);
  if (writer.job.targetBefore.kind === 'absent') return createTarget(writer, making);
  await claimExisting(writer, making);
  return false;
}

/** What a database is made from: facts, and the statements that make its schema. */
export interface Making extends Holding {
  /** Whether a template with the whole schema serves, if there is one. */
  readonly mayClone: boolean;
  /** Where the rows come from that will be loaded. */
  readonly origin: Origin;
}

/** Notes in the marker that all of the schema was there from the beginning. */
export const CLONED = 'cloned';

async function makeRoles(
  { connections, job, runId }: Writer,
  { service }: DatabaseFacts,
): Promise<void> {
  const { createRoles: roles = [], target, sources } = job;
  if (roles.length === 0) return;
  const known = service?.roles ?? [];
  const place = { ...serverRef(target.connection), reuse: false };
  const settable = await connections.with(place, (client) =>
    settableRoles(
      client,
      known.filter(({ name }) => roles.includes(name)),
    ),
  );
  const facts = known.map((role) => settable.find(({ name }) => name === role.name) ?? role);
  await connections.with(maintenanceRef(target, sources, target.database), (client) =>
    createRoles(client, { roles, facts, runId }),
  );
}

/**
 * A database and its marker are two steps, so the database has a name of the run's own until it
 * carries the marker: a database under the target's name is marked from its first moment. Only its owner may
 * connect to it until the run is over.
 */
async function createTarget(writer: Writer, making: Making): Promise<boolean> {
  const { connections, job, runId } = writer;
  const staging = stagingName(runId);
  const name = job.target.database;
  const databaseRef = maintenanceRef(job.target, job.sources, name);
  return connections.with(databaseRef, async (client) => {
    if ((await findDatabase(client, name)) !== undefined) {
      await assertOwn(writer);
      return false;
    }
    await dropDatabase(client, staging);
    const isClone = making.mayClone && (await makeClone(client, staging, making));
    if (!isClone) {
      await dropDatabase(client, staging);
      await client.query(createDatabaseSql(staging, making.facts, job.target.serverVersion));
    }
    // Its clients are let in when all is verified, and not before.
    await closeDatabase(client, staging);
    await markStaging(writer, making, isClone);
    await renameDatabase(client, staging, name);
    return isClone;
  });
}

/** Answers whether there is a clone; none if there is no template, or not what was proved any more. */
async function makeClone(client: Client, staging: string, making: Making): Promise<boolean> {
  const template = templateName(making);
  if (!(await hasTemplate(client, template))) return false;
  try {
    await client.query(cloneSql(staging, template));
    return true;
  } catch (error) {
    // Gone since, or it has sessions: it was a help, not a need.
    log.warn('a template could not be cloned', { template, error: String(error) });
    return false;
  }
}

async function markStaging(writer: Writer, making: Making, isClone: boolean): Promise<void> {
  const { facts } = making;
  const staging = stagingName(writer.runId);
  const target = { ...writer.job.target, database: staging };
  await writer.connections.with(targetRef(target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, writer.job);
      await takeMarker(client, newMarker(writer, making, true));
      await runBatch(client, databaseGrantsSql(staging, closedFacts(facts)));
      const { settings } = carriedFacts(facts, writer.job.leftOutSettings);
      await applySettings(client, staging, settings);
      if (isClone) for (const step of ['initSchema', CLONED]) await recordStep(client, step);
    }),
  );
}

async function assertOwn({ connections, job, runId }: Writer): Promise<void> {
  const marker = await connections.with(targetRef(job.target, 'read'), readMarker);
  if (marker?.runId === runId) return;
  throw failure(
    'ProjectBusy',
    `database "${job.target.database}" was created by another session since the plan`,
  );
}

async function claimExisting(writer: Writer, making: Making): Promise<void> {
  const { connections, job, runId } = writer;
  await connections.with(targetRef(job.target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, job);
      await assertFree(client, runId, job);
      const opensTo = await closeToClients(client);
      await takeMarker(client, { ...newMarker(writer, making, false), opensTo });
    }),
  );
}

/** No marker but the run's own and the one that the plan saw: another run has been here since. */
async function assertFree(client: Client, runId: string, { markerBefore }: Job): Promise<void> {
  const marker = await readMarker(client, 'locked');
  if (marker?.runId === runId) return;
  if (marker?.runId === markerBefore?.runId && marker?.fencingToken === markerBefore?.fencingToken)
    return;
  const now =
    marker === undefined
      ? 'no longer carries the marker that the plan saw'
      : `carries the marker of another migration, workflow ${marker.workflowId}`;
  throw failure('ProjectBusy', `the target ${now}`);
}

function newMarker(
  { job, runId, workflowId }: Writer,
  { origin }: Making,
  createdDatabase: boolean,
): NewMarker {
  const { projectRef, ownerUserId } = job.project;
  const { backupId } = job;
  return { projectRef, ownerUserId, runId, workflowId, backupId, createdDatabase, job, ...origin };
}
