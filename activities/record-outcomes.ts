import type { RecordOrder } from '../workflows/domain/fleet';
import { beating } from './runtime/attempt';
import { writeEndings } from './disk/fleet/outcomes';
import type { Resources } from './runtime/resources';

/** Writes down how projects of a fleet ended: one part, whole or not at all, the same however often. */
export async function recordEndings(
  { store }: Pick<Resources, 'store'>,
  order: RecordOrder,
): Promise<void> {
  await beating(() => writeEndings(store, order));
}
