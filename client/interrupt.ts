/** What a person at the terminal wants of the run. */
export type Wish = 'go-on' | 'detach' | 'cancel';

/** Somebody who may want something of the run. */
export interface Wishes {
  readonly wish: Wish;
  /** Resolves when the wish changes. */
  changed(): Promise<void>;
}

/** Time for a second Ctrl-C before the first one counts. */
const SECOND_THOUGHT_MS = 3_000;

/**
 * Listens to signals. Ctrl-C once: detach, after a moment in which a second one means to cancel and
 * put everything back. A third, SIGTERM and SIGHUP detach at once.
 */
export class Interrupts implements Wishes {
  #wish: Wish = 'go-on';
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #say: (line: string) => void;
  #changed = deferred();

  constructor(say: (line: string) => void) {
    this.#say = say;
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#detach);
    process.on('SIGHUP', this.#detach);
  }

  get wish(): Wish {
    return this.#wish;
  }

  /** Whether anybody interrupted, whatever became of it. */
  get isInterrupted(): boolean {
    return this.#wish !== 'go-on';
  }

  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Gives the signals back. */
  stop(): void {
    clearTimeout(this.#timer);
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#detach);
    process.off('SIGHUP', this.#detach);
  }

  readonly #onInterrupt = (): void => {
    this.#count += 1;
    if (this.#count > 2) this.#become('detach');
    if (this.#count === 2) this.#become('cancel');
    if (this.#count > 1) return;
    this.#say('Interrupted. Ctrl-C again within 3 s cancels the run and restores the target now.');
    this.#timer = setTimeout(this.#detach, SECOND_THOUGHT_MS);
  };

  readonly #detach = (): void => {
    this.#become('detach');
  };

  #become(wish: Wish): void {
    clearTimeout(this.#timer);
    this.#wish = wish;
    this.#changed.resolve();
    this.#changed = deferred();
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const resolvers: (() => void)[] = [];
  const promise = new Promise<void>((resolve) => resolvers.push(resolve));
  return { promise, resolve: () => resolvers.forEach((resolve) => resolve()) };
}
