import type { Client } from '@temporalio/client';
import type { FleetEntry, FleetProject } from '../../workflows/domain/fleet';
import { readEndings } from '../backup/fleet-endings';
import { assertThere, listFleets, readList } from '../backup/fleet-folder';
import type { BackupStore } from '../backup/store';
import { runningFleets } from './last-runs';

/** What the folders of fleets tell of a project. */
export interface Recorded {
  readonly project: FleetProject;
  /** How it ended in the newest fleet that had it on its list; absent where that was not written down. */
  readonly entry: FleetEntry | undefined;
  /** Whether its fleet still runs, so that it may not have been started yet. */
  readonly isWaiting: boolean;
}

/** Reads lists and records of one fleet, or of all in the backup directory, by ref; the newest fleet counts. */
export async function recordedProjects(
  store: BackupStore,
  client: Client,
  failedOf: string,
): Promise<ReadonlyMap<string, Recorded>> {
  const fleets = failedOf === 'any' ? await listFleets(store) : [failedOf];
  const running = await runningFleets(client);
  const recorded = new Map<string, Recorded>();
  for (const fleetId of fleets) {
    const frozen = await assertThere(store, fleetId);
    const entries = await readEndings(store, fleetId);
    const isWaiting = running.has(fleetId);
    for (const project of await readList(store, frozen))
      recorded.set(project.ref, { project, entry: entries.get(project.ref), isWaiting });
  }
  return recorded;
}
