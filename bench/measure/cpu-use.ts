import type { CpuFigure } from '../result/figures';
import { BACKEND } from './postgres-title';

/** A process as it was seen last. Times in seconds, memory in megabytes. */
export interface SeenProcess {
  readonly pid: number;
  readonly name: string;
  readonly database?: string;
  /** What it had used when the watch began; nothing if it began later. */
  readonly cpuBefore: number;
  readonly cpu: number;
  readonly memory: number;
  readonly peak: number;
  isRunning: boolean;
  /** Whether the main process of PostgreSQL started it. */
  readonly isBelowPostgres: boolean;
}

/** What PostgreSQL's processes used that began and ended between two looks. */
export const UNSEEN = '(too short to be seen)';

/**
 * Adds up the CPU time by name and database. `ended` is what all of PostgreSQL's processes that ended meanwhile have
 * used in all: what is more than was seen belongs to those that were too short.
 */
export function cpuUse(seen: readonly SeenProcess[], ended: number): readonly CpuFigure[] {
  const found = new Map<string, CpuFigure>();
  for (const { name, database, cpu, cpuBefore } of seen) {
    const key = `${name}\0${database ?? ''}`;
    const seconds = (found.get(key)?.seconds ?? 0) + cpu - cpuBefore;
    found.set(key, { name, ...(database === undefined ? {} : { database }), seconds });
  }
  const seenOfEnded = seen
    .filter(({ isBelowPostgres, isRunning }) => isBelowPostgres && !isRunning)
    .reduce((sum, { cpu }) => sum + cpu, 0);
  const unseen = Math.max(0, ended - seenOfEnded);
  const rest = unseen > 0 ? [{ name: BACKEND, database: UNSEEN, seconds: unseen }] : [];
  return [...found.values(), ...rest].sort((a, b) => b.seconds - a.seconds);
}
