import type { BenchGround } from '../ground/ground';
import { countStatements } from './counted-statements';
import { sampleStatements } from './sampled-statements';
import type { StatementWatch } from './statement-watch';

/** Begins to measure what each statement costs, in the best way that the server has. */
export function watchStatements(
  { url, counts }: Pick<BenchGround, 'url' | 'counts'>,
  groupOf: (database: string) => string,
): Promise<StatementWatch> {
  const begin = counts ? countStatements : sampleStatements;
  return begin(url('postgres'), groupOf);
}
