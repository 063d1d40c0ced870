import { counted } from '../../workflows/domain/counted';
import type { RestoreProof } from '../../workflows/domain/report';
import { failure } from '../runtime/failure';
import { findDatabase } from '../postgres/catalog/databases';
import { readSequences } from '../postgres/catalog/sequences';
import { presentSchemas, readNames } from '../postgres/catalog/schemas';
import { stagingName, wasSuperseded, readMarker, type Marker } from '../postgres/lease';
import { targetRef, serverRef } from '../postgres/database';
import { compareSchemas, readSchema, catalogDigest } from '../postgres/schema';
import { differingTables, fingerprintTarget } from '../verify/fingerprints';
import type { Writer } from '../runtime/lease';
import type { CatalogState } from '../../workflows/domain/plan';
import { readConnectRights, spelled } from '../postgres/connect-rights';

/** Shows that the target is as the plan recorded it; what is not is named, and the restore tried again. */
export async function proveRestored(writer: Writer): Promise<RestoreProof> {
  const replaced = await proveMarker(writer);
  if (replaced !== undefined) return replaced;
  switch (writer.job.targetBefore.kind) {
    case 'absent':
      return proveAbsent(writer);
    case 'empty':
      return proveEmpty(writer);
    case 'filled':
      return proveFilled(writer);
  }
}

async function proveAbsent({ connections, job, runId }: Writer): Promise<RestoreProof> {
  const { database, connection } = job.target;
  const found = await connections.with(serverRef(connection), async (client) => ({
    staging: await findDatabase(client, stagingName(runId)),
    target: await findDatabase(client, database),
  }));
  if (found.staging !== undefined)
    throw failure('RestoreUnproved', `database ${stagingName(runId)} is still there`);
  const fact =
    found.target === undefined
      ? `database "${database}" does not exist, as before`
      : `database "${database}" exists, but this migration did not make it and left it alone`;
  return { state: 'absent', facts: [fact] };
}

async function proveEmpty(writer: Writer): Promise<RestoreProof> {
  const { connections, job } = writer;
  const present = await connections.with(targetRef(job.target, 'read'), (client) =>
    presentSchemas(client, job.extent),
  );
  if (present.length > 0)
    throw failure('RestoreUnproved', `${present.join(', ')} is still in "${job.target.database}"`);
  return {
    state: 'empty',
    facts: [
      `database "${job.target.database}" has no auth and no storage schema, as before`,
      ...(await proveSame(writer)),
    ],
  };
}

async function proveFilled(writer: Writer): Promise<RestoreProof> {
  const { connections, job, meter, resources } = writer;
  if (job.targetBackupId === undefined) {
    const same = await proveSame(writer);
    return { state: 'filled', facts: ['nothing had been written yet', ...same] };
  }
  const manifest = await resources.store.manifest(job.targetBackupId);
  const databaseRef = targetRef(job.target, 'read');
  const rows = await connections.with(databaseRef, async (client) => ({
    found: await fingerprintTarget([client], manifest, (table) => {
      meter.at(table);
    }),
    sequences: await readSequences(client, manifest.extent),
  }));
  const differing = differingTables(manifest, rows.found);
  if (differing.length > 0)
    throw failure('RestoreUnproved', `rows of ${differing.join(', ')} are not as before`);
  if (JSON.stringify(rows.sequences) !== JSON.stringify(manifest.sequences)) {
    throw failure('RestoreUnproved', 'sequences are not as before');
  }
  const schema = await connections.withPool(databaseRef, (pool) =>
    readSchema(pool, manifest.extent),
  );
  const recorded = await resources.store.readText(job.targetBackupId, manifest.schema.snapshot);
  const differences = compareSchemas(recorded, schema, { leftOut: true });
  if (differences.length > 0)
    throw failure(
      'RestoreUnproved',
      `schema is not as before: ${differences.slice(0, 5).join('; ')}`,
    );
  return {
    state: 'filled',
    facts: [
      `${counted(manifest.contents.length, 'table')} of "${job.target.database}" have the fingerprints of before`,
      'the schema and the sequences are as before',
      ...(await proveSame(writer)),
    ],
  };
}

/**
 * The same database as before, and nothing in its catalog that this run may have brought. What others
 * changed there in the meantime does not fail the restore, and is reported.
 */
async function proveSame(writer: Writer): Promise<readonly string[]> {
  const { connections, job } = writer;
  const { target, targetBefore } = job;
  if (targetBefore.kind === 'absent') return [];
  const entry = await connections.with(serverRef(target.connection), (client) =>
    findDatabase(client, target.database),
  );
  if (entry?.oid !== targetBefore.oid) {
    throw failure('RestoreUnproved', `database "${target.database}" is not the one of before`);
  }
  const databaseRef = targetRef(target, 'read');
  await proveOpen(writer, targetBefore.connect);
  if (targetBefore.catalog === undefined) return [];
  const catalog = await connections.withPool(databaseRef, catalogDigest);
  if (catalog === targetBefore.catalog)
    return ['it is the same database (oid), and its whole catalog is as before'];
  await proveGone(writer, targetBefore);
  return [
    'it is the same database (oid); its catalog differs from before, but not in what this migration handles: another session changed it in the meantime',
  ];
}

/** Roles that could connect before can connect again; rights granted since do not fail the restore. */
async function proveOpen(
  { connections, job: { target } }: Writer,
  before: readonly string[] = [],
): Promise<void> {
  const now = await connections.with(targetRef(target, 'read'), readConnectRights);
  const rights = now.map(spelled);
  const lost = before.filter((one) => !rights.includes(one));
  if (lost.length === 0) return;
  throw failure(
    'RestoreUnproved',
    `the right to connect to "${target.database}" is missing: ${lost.join(', ')}`,
  );
}

/** Schemas and extensions that came with this run are gone again. */
async function proveGone(
  { connections, job, resources }: Writer,
  before: CatalogState,
): Promise<void> {
  const { schema } = await resources.store.manifest(job.backupId);
  const names = await connections.with(targetRef(job.target, 'read'), readNames);
  const came = schema.extensions ?? [];
  const left = [
    ...came
      .filter(({ name }) => isNew(name, names.extensions, before.extensions))
      .map(({ name }) => `extension ${name}`),
    ...[...job.extent.schemas, ...came.map((one) => one.schema)]
      .filter((name) => isNew(name, names.schemas, before.schemas))
      .map((name) => `schema ${name}`),
  ];
  if (left.length > 0)
    throw failure('RestoreUnproved', `${left.join(', ')} is still in "${job.target.database}"`);
}

function isNew(
  name: string,
  now: readonly string[] | undefined = [],
  before: readonly string[] | undefined = [],
): boolean {
  return now.includes(name) && !before.includes(name);
}

/**
 * Fails if the target still carries this run's marker. If another run has come to the target since the
 * plan, that proves the restore: what stands there is the other run's. `undefined` if the marker is the
 * one that the plan saw, or there is none.
 */
async function proveMarker(writer: Writer): Promise<RestoreProof | undefined> {
  const { connections, job, runId } = writer;
  const { connection, database } = job.target;
  const entry = await connections.with(serverRef(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined || entry.isInvalid) return undefined;
  const found = await connections.with(targetRef(job.target, 'read'), async (client) => {
    const marker = await readMarker(client);
    return { marker, isBelow: marker !== undefined && (await wasSuperseded(client, runId)) };
  });
  if (found.marker?.runId === runId && found.marker.databaseOid === entry.oid)
    throw failure('RestoreUnproved', 'the target still carries the marker of this migration');
  if (found.marker === undefined || isSame(found.marker, writer)) return undefined;
  const { workflowId, state } = found.marker;
  if (found.isBelow && state !== 'completed') {
    throw failure(
      'RestoreUnproved',
      `database "${database}" is being taken over by ${workflowId}, which may still give it back`,
    );
  }
  return {
    state: job.targetBefore.kind,
    facts: [
      `database "${database}" carries the marker of ${workflowId}, which came since the plan; this migration has nothing in it`,
    ],
  };
}

function isSame({ runId, fencingToken }: Marker, { job }: Writer): boolean {
  return runId === job.markerBefore?.runId && fencingToken === job.markerBefore.fencingToken;
}
