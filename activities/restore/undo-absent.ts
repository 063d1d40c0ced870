import { dropDatabase, maintenanceRef } from '../postgres/maintenance';
import { stagingName } from '../postgres/fence';
import type { Writer } from '../write/writing';
import { withOwnTarget } from './in-own-target';
import { readOwnMarker } from './own-mark';

/** Drops the database that this run created, told by the mark it carries, and its unnamed beginning. */
export async function restoreAbsent(writer: Writer): Promise<void> {
  const { connections, job, runId } = writer;
  const mark = await readOwnMarker(writer);
  await connections.with(
    maintenanceRef(job.target, job.sources, job.target.database),
    async (client) => {
      await dropDatabase(client, stagingName(runId));
      if (mark?.createdDatabase !== true) return;
      // Whoever is about to claim the database finds another epoch than its plan saw.
      const isOurs = await withOwnTarget(writer, () => Promise.resolve());
      if (isOurs) await dropDatabase(client, job.target.database);
    },
  );
}
