import type { Step } from '../../../workflows/domain/step-names';
import { deferred } from '../../support/deferred';

/** Where a client's bytes are stopped. */
export interface Moment {
  /** The step whose sessions are looked at; they say in their first bytes what they are for. */
  readonly step: Step;
  /** What the bytes of the client say then; SQL and the names of a session are plain text in them. */
  readonly pattern: RegExp;
  /** Not before the statement itself but in the middle of the rows that follow it. */
  readonly inRows?: boolean | undefined;
}

/** One place where the bytes of one session stop, once, until they are told to go on. */
export interface WireStop {
  /** Resolves when bytes are held. */
  readonly reached: Promise<void>;
  /** Lets what is held go on, now or when it comes. */
  readonly release: () => void;
  /** Breaks the session that is held; its bytes never arrive. */
  readonly drop: () => void;
}

/** The bytes of one client that passed last, in case that a pattern comes in two pieces. */
export interface Passing {
  readonly id: number;
  /** The first bytes, which name the session; empty before they came. */
  startup: string;
  tail: string;
}

/** What becomes of a chunk of bytes: how much of it may pass before the rest waits. */
export type Verdict = 'pass' | { readonly first: number };

const TAIL = 200;

/** The proxy's side of a `WireStop`. */
export class HeldWire implements WireStop {
  readonly #moment: Moment;
  readonly #reached = deferred<undefined>();
  readonly #freed = deferred<'release' | 'drop'>();
  #following: number | undefined;
  #isSpent = false;

  constructor(moment: Moment) {
    this.#moment = moment;
  }

  readonly reached = this.#reached.promise;

  readonly release = (): void => {
    this.#isSpent = true;
    this.#freed.resolve('release');
  };

  readonly drop = (): void => {
    this.#isSpent = true;
    this.#freed.resolve('drop');
  };

  /** Looks at bytes before they pass. */
  judge(passing: Passing, chunk: Buffer): Verdict {
    if (this.#isSpent || !passing.startup.includes(` ${this.#moment.step}#`)) return 'pass';
    if (this.#following !== undefined) {
      if (this.#following !== passing.id) return 'pass';
      this.#isSpent = true;
      return { first: chunk.length >> 1 };
    }
    const text = passing.tail + chunk.toString('latin1');
    passing.tail = text.slice(-TAIL);
    if (!this.#moment.pattern.test(text)) return 'pass';
    if (this.#moment.inRows === true) {
      this.#following = passing.id;
      return 'pass';
    }
    this.#isSpent = true;
    return { first: 0 };
  }

  /** Holds; tells whether the bytes go on after all. */
  async hold(): Promise<'release' | 'drop'> {
    this.#reached.resolve(undefined);
    return this.#freed.promise;
  }
}
