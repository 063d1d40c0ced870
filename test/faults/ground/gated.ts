import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Client } from 'pg';
import type { Activities } from '../../../activities';
import { PIN_AGAIN } from '../../../activities/postgres/session/settings';
import type { Answer, GateNote, Note } from './messages';

const HEARTBEAT_MS = 500;

/** Tells the test of every activity that begins or is done, and does not go on until it is told to. */
export class Gates {
  readonly #say: (note: Note) => void;
  readonly #waiting = new Map<number, (word: Answer['word']) => void>();
  #made = 0;

  constructor(say: (note: Note) => void) {
    this.#say = say;
  }

  /** Passes the test's answer on to the activity that waits for it. */
  answer({ id, word }: Answer): void {
    this.#waiting.get(id)?.(word);
    this.#waiting.delete(id);
  }

  /** Puts a gate before and after every activity. */
  around(activities: Activities): Activities {
    return new Proxy(activities, {
      get: (all, name) => {
        const real: unknown = Reflect.get(all, name);
        if (typeof real !== 'function') return real;
        return (...args: readonly unknown[]) =>
          this.#pass(() => Promise.resolve<unknown>(Reflect.apply(real, undefined, args)));
      },
    });
  }

  /** Puts a gate before every session that an attempt opens, or takes as another has left it. */
  beforeSessions(): void {
    const connect: unknown = Reflect.get(Client.prototype, 'connect');
    if (typeof connect !== 'function') throw new Error('pg has no Client#connect');
    const gated = async (client: Client, args: readonly unknown[]): Promise<unknown> => {
      await this.#wait({ at: 'session', ...attemptNow() });
      return Reflect.apply(connect, client, args);
    };
    const query: unknown = Reflect.get(Client.prototype, 'query');
    if (typeof query !== 'function') throw new Error('pg has no Client#query');
    const taken = async (client: Client, args: readonly unknown[]): Promise<unknown> => {
      await this.#wait({ at: 'session', ...attemptNow() });
      return Reflect.apply(query, client, args);
    };
    const gatedQuery = function (this: Client, ...args: readonly unknown[]): unknown {
      const [statement] = args;
      return isTaking(statement) ? taken(this, args) : Reflect.apply(query, this, args);
    };
    Reflect.set(Client.prototype, 'query', gatedQuery);
    // A pool hands a callback over and waits for that alone.
    Reflect.set(Client.prototype, 'connect', function (this: Client, ...args: readonly unknown[]) {
      return gated(this, args);
    });
  }

  async #pass(real: () => Promise<unknown>): Promise<unknown> {
    const which = attemptNow();
    Context.current().cancellationSignal.addEventListener('abort', () => {
      this.#say({ kind: 'told', ...which });
    });
    const over = (said: string): void => {
      this.#say({ kind: 'over', ...which, said });
    };
    try {
      await this.#wait({ at: 'before', ...which });
      const result = await real();
      await this.#wait({ at: 'after', ...which });
      over('done');
      return result;
    } catch (error) {
      over(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Whoever waits says so to Temporal: a closed gate is no dead worker. */
  async #wait(gate: Omit<GateNote, 'kind' | 'id'>): Promise<void> {
    this.#made += 1;
    const id = this.#made;
    const context = Context.current();
    const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    const answered = new Promise<Answer['word']>((resolve) => this.#waiting.set(id, resolve));
    this.#say({ kind: 'gate', id, ...gate });
    const word = await answered;
    clearInterval(beating);
    if (word === 'deaf') deafen(context);
    if (word !== 'fail') return;
    throw ApplicationFailure.nonRetryable(`injected ${gate.at} ${gate.activity}`, 'DataRejected');
  }
}

/** Whether an attempt gives its name to a session that was used before. */
function isTaking(statement: unknown): boolean {
  if (typeof statement !== 'object' || statement === null || !('name' in statement)) return false;
  return typeof statement.name === 'string' && statement.name.startsWith(PIN_AGAIN);
}

function attemptNow(): Pick<GateNote, 'activity' | 'attempt' | 'runId'> {
  const { activityType: activity, attempt, workflowExecution } = Context.current().info;
  return { activity, attempt, runId: workflowExecution?.runId ?? '' };
}

/** From here on nobody can tell the attempt that it is cancelled or late, as if its thread were blocked. */
function deafen(context: Context): void {
  const never = new AbortController().signal;
  Reflect.defineProperty(context, 'cancellationSignal', { value: never });
}
