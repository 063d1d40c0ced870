import { awaitedIn } from '../../workflows/domain/progress';
import type { Display } from './display';
import { viewOf } from './view';
import type { Look } from './watch';

/** Shows one run after the other: its steps, and in lines of their own whatever is news. */
export class Screen {
  readonly #open: () => Display;
  readonly #said = new Set<string>();
  #display: Display;

  constructor(open: () => Display) {
    this.#open = open;
    this.#display = open();
  }

  /** Shows the steps of a run, and why one of them is tried again. */
  show({ progress, pending }: Look): void {
    if (progress !== undefined) this.#display.update(viewOf(progress, pending, Date.now()));
    if (progress?.awaited !== undefined) this.sayOnce(`  ${awaitedIn(progress.awaited)}`);
    for (const { activity, attempt, lastFailure } of pending) {
      if (lastFailure === undefined || attempt < 2) continue;
      this.sayOnce(`  ${activity} is tried again: ${lastFailure}`);
    }
  }

  say(line: string): void {
    this.#display.say(line);
  }

  /** Says what was not said before. */
  sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.say(line);
  }

  /** Leaves what is shown standing and begins anew below it. */
  turn(): void {
    this.#display.end();
    this.#display = this.#open();
  }

  end(): void {
    this.#display.end();
  }
}
