import type { FleetProject, PageOrder } from '../workflows/domain/fleet';
import { beating } from './runtime/attempt';
import { readList } from './disk/fleet/inventory';
import type { Resources } from './runtime/resources';

/**
 * Reads some projects of a frozen inventory, in its order; past the end there are none. Rejects with
 * `BackupDamaged` if the list is not the one that was frozen, by its SHA-256.
 */
export async function readFleetPage(
  { store }: Pick<Resources, 'store'>,
  { fleetId, sha256, offset, count }: PageOrder,
): Promise<readonly FleetProject[]> {
  return beating(async () => {
    const projects = await readList(store, { fleetId, sha256 });
    return projects.slice(offset, offset + count);
  });
}
