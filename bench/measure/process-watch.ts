import { cpuUse, type SeenProcess } from './cpu-use';
import { peaksOf, type Together } from './memory-peaks';
import { BACKEND, readTitle, type PostgresProcess } from './postgres-title';
import { cpuOfThreads, descendantsOf, memoryOf, statOf, titleOf } from './proc';
import type { CpuFigure, ProcessFigure } from '../result/figures';

/** Often enough for what lasts; what is shorter is found in the times of its parent. */
const EVERY_MS = 100;

/**
 * What is watched: a process that is new for each measurement (`worker`) or not (`server`), a program with all that it
 * starts, or the main process of a PostgreSQL.
 */
export interface WatchedRoot {
  readonly kind: 'worker' | 'server' | 'program' | 'postgres';
  /** Of a program, each process has the name of its command instead. */
  readonly name: string;
  readonly pid: number;
}

/** What was used while somebody watched. */
export interface ProcessUse {
  readonly processes: readonly ProcessFigure[];
  readonly cpu: readonly CpuFigure[];
}

/**
 * Looks at processes several times a second, from its creation until `stop`. Without `/proc` (not Linux) it sees
 * nothing.
 */
export class ProcessWatch {
  readonly #seen = new Map<string, SeenProcess>();
  readonly #together: Together = new Map();
  readonly #roots: WatchedRoot[] = [];
  readonly #threads = new Map<WatchedRoot, ReadonlyMap<string, number>>();
  readonly #childrenAtStart = new Map<WatchedRoot, number>();
  readonly #timer: NodeJS.Timeout;
  #used: ProcessUse | undefined;

  /** `groupOf` names a database; those of equal names count together. */
  constructor(
    roots: readonly WatchedRoot[],
    private readonly groupOf: (database: string) => string,
  ) {
    for (const root of roots) this.add(root, 'running');
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#timer.unref();
  }

  /** Watches one more; of one that is `new`, all that it has used counts. */
  add(root: WatchedRoot, age: 'new' | 'running'): void {
    this.#roots.push(root);
    this.#childrenAtStart.set(root, statOf(root.pid)?.cpuOfChildren ?? 0);
    if (root.kind === 'worker') this.#threads.set(root, cpuOfThreads(root.pid));
    this.#lookAt(root, age);
  }

  /** Looks once more and ends. What happens after the first call does not count. */
  stop(): ProcessUse {
    this.#used ??= this.#sumUp();
    return this.#used;
  }

  #sumUp(): ProcessUse {
    clearInterval(this.#timer);
    this.#look();
    const postgres = this.#roots.find(({ kind }) => kind === 'postgres');
    const ended = postgres === undefined ? 0 : this.#endedUnder(postgres);
    const cpu = [...cpuUse([...this.#seen.values()], ended), ...this.#threadsUsed()];
    return { processes: peaksOf([...this.#seen.values()], this.#together), cpu };
  }

  #look(): void {
    for (const seen of this.#seen.values()) seen.isRunning = false;
    for (const root of this.#roots) this.#lookAt(root, 'new');
    const now = new Map<string, number>();
    for (const { name, isRunning, memory } of this.#seen.values())
      if (isRunning) now.set(name, (now.get(name) ?? 0) + memory);
    for (const [name, megabytes] of now)
      this.#together.set(name, Math.max(this.#together.get(name) ?? 0, megabytes));
  }

  #lookAt(root: WatchedRoot, age: 'new' | 'running'): void {
    const below = ['worker', 'server'].includes(root.kind) ? [] : descendantsOf(root.pid);
    for (const pid of [root.pid, ...below]) this.#lookAtProcess(pid, root, age);
  }

  #lookAtProcess(pid: number, root: WatchedRoot, age: 'new' | 'running'): void {
    const stat = statOf(pid);
    const memory = memoryOf(pid);
    if (stat === undefined || memory === undefined) return;
    const key = `${pid}/${stat.startedAt}`;
    const known = this.#seen.get(key);
    const isPostgres = root.kind === 'postgres';
    // A backend shares the buffers with all others; what only it has is what it costs.
    const now = isPostgres ? memory.own : memory.now;
    // The kernel's record of a server is of its whole life, not of this measurement.
    const isOld = isPostgres || root.kind === 'server';
    const peak = Math.max(isOld ? now : memory.peak, known?.peak ?? 0);
    this.#seen.set(key, {
      ...{ pid, ...(this.#nameOf(pid, root, stat.command) ?? known ?? { name: BACKEND }) },
      cpuBefore: known?.cpuBefore ?? (age === 'running' ? stat.cpu : 0),
      ...{ cpu: stat.cpu, memory: now, peak, isRunning: true },
      isBelowPostgres: isPostgres && pid !== root.pid,
    });
  }

  /** Undefined of one that has ended and was not waited for yet: it has no title any more. */
  #nameOf(pid: number, root: WatchedRoot, command: string): PostgresProcess | undefined {
    if (root.kind === 'program') return { name: command };
    if (root.kind !== 'postgres') return { name: root.name };
    if (pid === root.pid) return { name: 'PostgreSQL main process' };
    const title = titleOf(pid);
    const databaseOf = (leader: number): string | undefined =>
      [...this.#seen.values()].find((seen) => seen.pid === leader)?.database;
    if (title === '') return undefined;
    const { name, database } = readTitle(title, databaseOf);
    return database === undefined ? { name } : { name, database: this.groupOf(database) };
  }

  /** CPU seconds of PostgreSQL's processes that have ended since the start, seen or not. */
  #endedUnder(root: WatchedRoot): number {
    const now = statOf(root.pid)?.cpuOfChildren ?? 0;
    return now - (this.#childrenAtStart.get(root) ?? 0);
  }

  #threadsUsed(): readonly CpuFigure[] {
    return [...this.#threads].flatMap(([root, before]) =>
      [...cpuOfThreads(root.pid)].map(([thread, cpu]) => ({
        ...{ name: root.name, thread },
        seconds: Math.max(0, cpu - (before.get(thread) ?? 0)),
      })),
    );
  }
}
