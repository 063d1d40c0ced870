import type { Plan } from '../../../workflows/domain/plan';
import type { Testbed } from './testbed';

/** The plan of a migration, as `planProject` gives it. */
export async function planOf(bed: Testbed, input: object): Promise<Plan> {
  const handle = await bed.start('planProject', [input]);
  const result: unknown = await handle.result();
  if (isPlan(result)) return result;
  throw new Error(`planProject gave ${JSON.stringify(result)}`);
}

function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && 'targetBefore' in value;
}
