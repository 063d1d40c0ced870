import type { CatalogState } from '../../workflows/domain/plan';
import { failure } from '../failure';
import { findDatabase } from '../postgres/catalog/databases';
import { readConnectRights, spelled } from '../postgres/connect-rights';
import { readNames } from '../postgres/catalog/state';
import { serverRef, targetRef } from '../postgres/maintenance';
import { catalogDigest } from '../postgres/schema';
import type { Writer } from '../write/writing';

/**
 * The same database as before, and nothing in its catalog that this run may have brought. What others
 * changed there meanwhile is no fault of the restore, and said.
 */
export async function proveSame(writer: Writer): Promise<readonly string[]> {
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
    'it is the same database (oid); its catalog differs from before, but not in what this migration handles: somebody else changed it meanwhile',
  ];
}

/** Whoever could connect before can connect again; rights that somebody has given since are no fault of the restore. */
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
