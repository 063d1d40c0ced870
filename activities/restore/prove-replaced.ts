import type { RestoreProof } from '../../workflows/domain/report';
import { failure } from '../failure';
import { findDatabase } from '../postgres/catalog/databases';
import { wasSuperseded, readMarker, type Marker } from '../postgres/fence';
import { serverRef, targetRef } from '../postgres/maintenance';
import type { Writer } from '../write/writing';

/**
 * Proves a restore where another run has come to the target since the plan: what stands there is that
 * run's, and this one has nothing in it. `undefined` where the mark is the one that the plan saw.
 */
export async function proveReplaced(writer: Writer): Promise<RestoreProof | undefined> {
  const { connections, job, runId } = writer;
  const { connection, database } = job.target;
  const entry = await connections.with(serverRef(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined) return undefined;
  const found = await connections.with(targetRef(job.target, 'read'), async (client) => {
    const mark = await readMarker(client);
    return { mark, isBelow: mark !== undefined && (await wasSuperseded(client, runId)) };
  });
  if (found.mark === undefined || isSame(found.mark, writer)) return undefined;
  const { workflowId, state } = found.mark;
  if (found.isBelow && state !== 'completed') {
    throw failure(
      'RestoreUnproved',
      `database "${database}" is being taken over by ${workflowId}, which may still give it back`,
    );
  }
  return {
    state: job.targetBefore.kind,
    facts: [
      `database "${database}" carries the mark of ${workflowId}, which came since the plan; this migration has nothing in it`,
    ],
  };
}

function isSame({ runId, epoch }: Marker, { job }: Writer): boolean {
  return runId === job.markBefore?.runId && epoch === job.markBefore.epoch;
}
