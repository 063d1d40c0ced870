import { dropDatabase, maintenancePlace } from '../postgres/maintenance';
import { stagingName } from '../postgres/fence';
import type { Writer } from '../write/writing';
import { inOwnTarget } from './in-own-target';
import { ownMark } from './own-mark';

/** Drops the database that this run created, told by the mark it carries, and its unnamed beginning. */
export async function undoAbsent(writer: Writer): Promise<void> {
  const { connections, job, runId } = writer;
  const mark = await ownMark(writer);
  await connections.with(
    maintenancePlace(job.target, job.sources, job.target.database),
    async (client) => {
      await dropDatabase(client, stagingName(runId));
      if (mark?.createdDatabase !== true) return;
      // Whoever is about to claim the database finds another epoch than its plan saw.
      const isOurs = await inOwnTarget(writer, () => Promise.resolve());
      if (isOurs) await dropDatabase(client, job.target.database);
    },
  );
}
