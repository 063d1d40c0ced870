import { findDatabase } from '../postgres/catalog/databases';
import { readMarker, type Marker } from '../postgres/fence';
import { serverRef, targetRef } from '../postgres/maintenance';
import type { Writer } from '../write/writing';

/** The mark that this run left in the target; `undefined` where the target is absent or not this run's. */
export async function readOwnMarker({
  connections,
  job,
  runId,
}: Writer): Promise<Marker | undefined> {
  const { connection, database } = job.target;
  const entry = await connections.with(serverRef(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined) return undefined;
  const mark = await connections.with(targetRef(job.target, 'read'), readMarker);
  return mark?.runId === runId && mark.databaseOid === entry.oid ? mark : undefined;
}
