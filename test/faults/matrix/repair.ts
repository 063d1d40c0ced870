import { migrationWorkflowId } from '../../../workflows/domain/names';
import { ROLE } from '../ground/lane';
import { rowsAt, runAt } from '../ground/sessions';
import type { Bench } from './cell';

const STRANGERS = `
  SELECT datname AS name FROM pg_database
   WHERE datname NOT IN ('postgres', 'template0', 'template1', 'studio')
     AND NOT starts_with(datname, 'kind_')`;

/** Makes a lane fit for the next cell, whatever the last one left. */
export async function repair({ lane }: Bench): Promise<void> {
  await lane.crew.dismissAll();
  lane.crew.forget();
  for (const { ref } of lane.projects) {
    const handle = lane.temporal.client.workflow.getHandle(migrationWorkflowId(ref));
    await handle.terminate('the cell failed').catch(() => undefined);
  }
  lane.disks?.backups.empty();
  lane.disks?.target.empty();
  for (const { network, server } of [lane.source, lane.target]) {
    network.fix();
    await server.revive();
    await runAt(server.url(), `ALTER ROLE ${ROLE} SUPERUSER`);
    for (const { name } of await rowsAt<{ name: string }>(server.url(), STRANGERS)) {
      await runAt(server.url(), `DROP DATABASE "${name}" WITH (FORCE)`);
    }
  }
  lane.clearBackups();
}
