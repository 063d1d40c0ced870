import type { FleetProject, PageOrder } from '../../workflows/domain/fleet';
import { failure } from '../failure';
import type { Resources } from '../resources';

/** Reads some projects of a frozen inventory. */
export async function readFleetPage(
  _resources: Resources,
  order: PageOrder,
): Promise<readonly FleetProject[]> {
  return Promise.reject(failure('Unexpected', order.fleetId));
}
