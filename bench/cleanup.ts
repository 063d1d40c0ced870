/** What was opened, and how each is closed: newest first, also if it is still being opened. */
export class Cleanup {
  readonly #closers: (() => Promise<void>)[] = [];

  /** Remembers how to close something; it is closed at the latest by `close`. */
  add(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Waits for what is being opened; `close` waits for it too, so that nothing is left open. */
  async open<T>(opening: Promise<T>, close: (opened: T) => Promise<void>): Promise<T> {
    this.add(() => opening.then(close, () => undefined));
    return opening;
  }

  /** Runs `use` and closes what it opened, before all that was opened here earlier. */
  async within<T>(use: (inner: Cleanup) => Promise<T>): Promise<T> {
    const inner = new Cleanup();
    this.add(() => inner.close());
    try {
      return await use(inner);
    } finally {
      await inner.close();
    }
  }

  /** Closes everything; the first failure is thrown once all is closed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop())
      await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
