import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../local/temporal-cli';
import { deferred } from '../../support/deferred';
import { noteSchema, type Answer, type Note, type Orders } from './messages';
import { within } from '../../support/until';

const PROGRAM = ['dist', 'test', 'faults', 'ground', 'worker-program.js'];

/** A worker's own process. What it says goes to `hear`, with the way to answer. */
export class WorkerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts one and resolves once it asks Temporal for work. */
  static async start(
    orders: Orders,
    hear: (note: Note, worker: WorkerProcess) => void,
  ): Promise<WorkerProcess> {
    const log = openSync(orders.logFile, 'a', 0o600);
    const child = fork(path.join(packageRoot(), ...PROGRAM), {
      execArgv: [],
      env: { PATH: process.env['PATH'], MOVEOUT_LOG_LEVEL: 'WARN' },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    const worker = new WorkerProcess(child);
    const ready = deferred<undefined>();
    child.on('message', (message) => {
      const note = noteSchema.parse(message);
      if (note.kind === 'ready') ready.resolve(undefined);
      else hear(note, worker);
    });
    child.once('exit', () => ready.reject(new Error(`a worker ended: see ${orders.logFile}`)));
    child.send(orders);
    await within('a worker to start', ready.promise, 60_000);
    return worker;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  answer(answer: Answer): void {
    if (this.#child.connected) this.#child.send(answer, () => undefined);
  }

  /** SIGSTOP: nothing in the process runs any more, its sessions stay open. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  /** SIGCONT. */
  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
