import type { BenchGround } from '../ground/ground';
import { ProcessWatch } from './process-watch';

/** Watches PostgreSQL and the Temporal server; `groupOf` names a database, and equal names count together. */
export function watchServers(
  { postgres, temporal }: Pick<BenchGround, 'postgres' | 'temporal'>,
  groupOf: (database: string) => string,
): ProcessWatch {
  return new ProcessWatch(
    [
      { kind: 'postgres', name: 'PostgreSQL', pid: postgres.pid },
      { kind: 'server', name: 'Temporal server', pid: temporal.pid },
    ],
    groupOf,
  );
}
