import { counted } from '../../workflows/domain/counted';
import type { RestoreProof } from '../../workflows/domain/report';
import { failure } from '../failure';
import { findDatabase } from '../postgres/catalog/databases';
import { readSequences } from '../postgres/catalog/sequences';
import { presentSchemas } from '../postgres/catalog/schemas';
import { stagingName } from '../postgres/fence';
import { targetRef, serverRef } from '../postgres/maintenance';
import { compareSchemas, readSchema } from '../postgres/schema';
import { differingTables, fingerprintTarget } from '../verify/compare-target';
import type { Writer } from '../write/writing';
import { readOwnMarker } from './own-mark';
import { proveReplaced } from './prove-replaced';
import { proveSame } from './prove-same';

/** Shows that the target is as the plan recorded it; what is not is named, and the restore tried again. */
export async function proveRestored(writer: Writer): Promise<RestoreProof> {
  if ((await readOwnMarker(writer)) !== undefined) {
    throw failure('RestoreUnproved', 'the target still carries the mark of this migration');
  }
  const replaced = await proveReplaced(writer);
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
    found: await fingerprintTarget(client, manifest, (table) => {
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
  const recorded = await resources.store.readText(
    job.targetBackupId,
    manifest.schema.snapshot.file,
  );
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
