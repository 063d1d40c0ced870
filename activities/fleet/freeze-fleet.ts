import type { FreezeOrder, FrozenFleet } from '../../workflows/domain/fleet';
import { failure } from '../failure';
import type { Resources } from '../resources';

/** Freezes the inventory of a fleet. */
export async function freezeFleet(_resources: Resources, order: FreezeOrder): Promise<FrozenFleet> {
  return Promise.reject(failure('Unexpected', order.fleetId));
}
