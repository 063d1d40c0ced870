import type { FleetProgress } from '../../workflows/domain/fleet';
import { awaitedIn } from '../../workflows/domain/progress';
import type { Display } from './display';
import { viewOf } from './view';
import type { Look } from './watch';
import type { Writable } from 'node:stream';
import { barDisplay } from './bars';
import { lineDisplay } from './lines';
import type { Output } from './page';

/** Shows a run: its steps or how far its fleet is, and in lines of their own whatever is news. */
export class Screen {
  readonly #said = new Set<string>();
  readonly #display: Display;

  constructor(display: Display) {
    this.#display = display;
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

  /** Shows how far a fleet is. */
  showFleet(fleet: FleetProgress): void {
    this.#display.updateFleet(fleet, Date.now());
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

  end(): void {
    this.#display.end();
  }
}

/** A terminal of this kind, or one that does not say its kind, may know no code that moves the cursor. */
const isPlain = (kind: string | undefined): boolean =>
  kind === undefined || kind === '' || kind === 'dumb';

/** Bars on a terminal of the given kind (`TERM`), plain lines elsewhere. */
export function displayOn(out: Writable & Output, kind = process.env['TERM']): Display {
  return out.isTTY === true && !isPlain(kind) ? barDisplay(out) : lineDisplay(out);
}
