import type { RecordOrder } from '../../workflows/domain/fleet';
import { failure } from '../failure';
import type { Resources } from '../resources';

/** Writes down how projects of a fleet ended. */
export async function recordEndings(_resources: Resources, order: RecordOrder): Promise<void> {
  return Promise.reject(failure('Unexpected', order.fleetId));
}
