import { Cleanup } from './cleanup';

const INTERRUPTED = 130;

/** What work of the bench is given: where to leave what it opens, and a signal that Ctrl-C aborts. */
export interface BenchRun {
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  /** Says what goes on, on stderr: stdout is for the figures. */
  readonly say: (line: string) => void;
}

class BenchInterrupted extends Error {}

/**
 * Runs work of the bench and closes all that it opened, however it ends. SIGINT and SIGTERM end the work; the exit
 * status is then 130.
 */
export async function runInterruptibly(work: (run: BenchRun) => Promise<void>): Promise<void> {
  const cleanup = new Cleanup();
  const interruption = new AbortController();
  const onSignal = (): void => interruption.abort(new BenchInterrupted());
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, onSignal);
  const { signal } = interruption;
  const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
  try {
    await untilAborted(work({ cleanup, signal, say }), signal);
    process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof BenchInterrupted)) throw error;
    say('interrupted: ending what it started');
    process.exitCode = INTERRUPTED;
  } finally {
    await cleanup.close();
    for (const name of signals) process.off(name, onSignal);
  }
  // Work that was interrupted may still wait for a server that is gone.
  if (process.exitCode === INTERRUPTED) process.exit();
}

function untilAborted<T>(working: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    working,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        working.catch(() => undefined);
        reject(new BenchInterrupted());
      });
    }),
  ]);
}
