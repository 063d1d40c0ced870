import { findDatabase } from '../postgres/catalog/databases';
import { readMark, type Mark } from '../postgres/fence';
import { serverPlace, targetPlace } from '../postgres/maintenance';
import type { Writer } from '../write/writing';

/** The mark that this run left in the target; `undefined` where the target is absent or not this run's. */
export async function ownMark({ connections, job, runId }: Writer): Promise<Mark | undefined> {
  const { connection, database } = job.target;
  const entry = await connections.with(serverPlace(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined) return undefined;
  const mark = await connections.with(targetPlace(job.target, 'read'), readMark);
  return mark?.runId === runId && mark.databaseOid === entry.oid ? mark : undefined;
}
