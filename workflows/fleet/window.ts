import type { WindowState } from '../domain/fleet';
import type { Window } from '../domain/limits';
import { planning } from '../activity-options';

/** The window of a fleet. A worker reads the clock of its time zone, whose rules change with the years. */
export class Hours {
  #window: Window | undefined;
  #state: WindowState | undefined;

  /** Whether projects may start, as of the last look. */
  get isOpen(): boolean {
    return this.#state?.isOpen ?? true;
  }

  /** When a window opens that is closed, epoch millis; `undefined` if projects may start under this one. */
  opensAt(window: Window | undefined): number | undefined {
    const isSeen = window !== undefined && window === this.#window;
    return isSeen && this.#state?.isOpen === false ? this.#state.changesAt : undefined;
  }

  /** Looks at the window, unless what was seen last still holds at `now` (epoch millis). */
  async look(window: Window | undefined, now: number): Promise<void> {
    const isFresh = this.#state !== undefined && now < this.#state.changesAt;
    if (window === this.#window && (isFresh || window === undefined)) return;
    this.#window = window;
    this.#state =
      window === undefined ? undefined : await planning('is the window open?').readWindow(window);
  }

  /** Milliseconds from `now` until the window changes; `undefined` if there is none. */
  untilChange(now: number): number | undefined {
    return this.#state === undefined ? undefined : Math.max(1, this.#state.changesAt - now);
  }
}
