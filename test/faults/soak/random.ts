/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Milliseconds in a range. */
  millis(from: number, to: number): number {
    return Math.round(from + this.next() * (to - from));
  }

  /** One of several. */
  pick<T>(some: readonly [T, ...T[]]): T {
    return some[Math.floor(this.next() * some.length)] ?? some[0];
  }
}
