import { deferred } from '../../support/deferred';
import { until } from '../../support/until';
import type { GateNote, Note, Orders } from './messages';
import { TcpProxy } from './tcp-proxy';
import { WorkerProcess } from './worker-process';

/** One worker with its own way to Temporal. */
export interface Member {
  readonly worker: WorkerProcess;
  readonly network: TcpProxy;
}

/** An activity that waits at a gate of one of the workers. */
export interface Gate extends Omit<GateNote, 'kind' | 'id'> {
  readonly member: Member;
  readonly answer: (word: 'go' | 'fail') => void;
}

/** An attempt that has ended in a worker, late or not. */
export type Over = Extract<Note, { kind: 'over' }>;

interface Watching {
  readonly wanted: (gate: Gate) => boolean;
  readonly found: (gate: Gate) => void;
}

/** Several workers, each in a process of its own. Gates are open unless a test waits for one. */
export class Crew {
  readonly #orders: Omit<Orders, 'address'>;
  readonly #temporalPort: number;
  #members: readonly Member[] = [];
  #watching: readonly Watching[] = [];
  #over: readonly Over[] = [];
  #told: readonly string[] = [];
  #latest: Gate | undefined;
  #isDeaf = false;
  readonly #begun = new Map<string, WorkerProcess>();

  constructor(temporalPort: number, orders: Omit<Orders, 'address'>) {
    this.#temporalPort = temporalPort;
    this.#orders = orders;
  }

  /** What has ended since the last `forget`. */
  get over(): readonly Over[] {
    return this.#over;
  }

  /** The attempt that came to a gate last: where one run is under way, the one that works. */
  get latest(): Gate {
    if (this.#latest === undefined) throw new Error('no attempt has come to a gate yet');
    return this.#latest;
  }

  /** How many attempts living workers are at, late ones among them. */
  get busy(): number {
    return [...this.#begun.values()].filter((worker) => worker.isAlive).length;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  forget(): void {
    this.#over = [];
    this.#told = [];
    this.#watching = [];
    this.#isDeaf = false;
  }

  /** Until the next `forget` no first attempt hears that it is cancelled or late. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** Resolves once the attempt has heard from Temporal that it is cancelled or late. */
  async hasHeard(held: Gate): Promise<void> {
    await until('the attempt to hear of it', () => this.#told.includes(nameOf(held)) || undefined);
  }

  /** Starts workers until there are `count` that live. */
  async fill(count: number): Promise<void> {
    this.#members = this.#members.filter(({ worker }) => worker.isAlive);
    const missing = Math.max(0, count - this.#members.length);
    await Promise.all(Array.from({ length: missing }, () => this.#hire()));
  }

  /** The next gate that is `wanted`; whoever gets it has to answer it. */
  next(wanted: (gate: Gate) => boolean): Promise<Gate> {
    const { promise, resolve } = deferred<Gate>();
    this.#watching = [...this.#watching, { wanted, found: resolve }];
    return promise;
  }

  /** Kills one worker. */
  async dismiss(member: Member): Promise<void> {
    await member.worker.kill();
    await member.network.close();
    this.#members = this.#members.filter((other) => other !== member);
  }

  async dismissAll(): Promise<void> {
    for (const member of this.#members) await this.dismiss(member);
  }

  async #hire(): Promise<void> {
    const network = await TcpProxy.open(this.#temporalPort);
    const address = `127.0.0.1:${network.port}`;
    const worker = await WorkerProcess.start({ ...this.#orders, address }, (note, from) => {
      this.#hear(note, { worker: from, network });
    });
    this.#members = [...this.#members, { worker, network }];
  }

  #hear(note: Note, from: Member): void {
    if (note.kind === 'ready') return;
    const name = nameOf(note);
    if (note.kind === 'told') {
      this.#told = [...this.#told, name];
      return;
    }
    if (note.kind === 'over') {
      this.#over = [...this.#over, note];
      this.#begun.delete(name);
      return;
    }
    this.#begun.set(name, from.worker);
    const { id, at, activity, attempt, runId } = note;
    const go = this.#isDeaf && attempt === 1 ? 'deaf' : 'go';
    const answer = (word: 'go' | 'fail'): void => {
      from.worker.answer({ kind: 'answer', id, word: word === 'go' ? go : word });
    };
    const gate = { at, activity, attempt, runId, member: from, answer };
    this.#latest = gate;
    const watching = this.#watching.find(({ wanted }) => wanted(gate));
    if (watching === undefined) {
      answer('go');
      return;
    }
    this.#watching = this.#watching.filter((other) => other !== watching);
    watching.found(gate);
  }
}

function nameOf({
  activity,
  runId,
  attempt,
}: Pick<Gate, 'activity' | 'runId' | 'attempt'>): string {
  return `${activity} ${runId} ${attempt}`;
}
