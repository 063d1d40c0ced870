import type { Plan } from './domain/plan';
import { planning } from './steps';

/** Shows what a migration would do and everything that speaks against it. Touches nothing. */
export async function planProject(input?: unknown): Promise<Plan> {
  return planning('look at source, target and backup directory').planMigration(input);
}
