import type { Writable } from 'node:stream';
import { MultiBar, type Options, type Params, type SingleBar } from 'cli-progress';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Display, StepView } from './display';
import { endedOf, fleetFigures } from './fleet-words';
import { brokenLines, terminalWidth, type Output } from './page';
import { figures } from './words';

const SIGNS = { waiting: ' ', running: '>', done: '+', failed: 'x' } as const;
const BAR = { longest: 24, shortest: 8 };
/** What a line needs beside its bar, if its figures are to be read whole. */
const BESIDE_BAR = 70;

const CLEAR_BELOW = '\x1b[0J';
const WRAP_ON = '\x1b[?7h';
const WRAP_OFF = '\x1b[?7l';
const SHOW_CURSOR = '\x1b[?25h';

/** What stands in one bar's line. */
interface Line {
  readonly sign: string;
  readonly step: string;
  readonly figures: string;
}

/** One bar per step or one for a fleet, on a terminal. A step without an estimate fills its bar at its end. */
export function barDisplay(stream: Writable & Output): Display {
  return new Bars(stream);
}

class Bars implements Display {
  readonly #stream: Writable & Output;
  readonly #bars = new Map<string, SingleBar>();
  readonly #told = new Set<string>();
  readonly #all: MultiBar;
  #isShown = false;

  constructor(stream: Writable & Output) {
    this.#stream = stream;
    this.#all = new MultiBar({
      ...{ stream, format: formatted, fps: 4, hideCursor: true, clearOnComplete: false },
      // A line that is said moves all bars down. Signals are not the bars' business.
      ...{ forceRedraw: true, gracefulExit: false },
    });
  }

  update(steps: readonly StepView[]): void {
    for (const view of steps) {
      const total = totalOf(view);
      this.#show(lineOf(view), { total, value: valueOf(view, total) });
      if (view.state === 'failed' && view.note !== '') this.#tellIfCut(lineOf(view), view.note);
    }
    if (this.#isShown) this.#all.update();
  }

  updateFleet(fleet: FleetProgress, now: number): void {
    const sign = fleet.state === 'paused' ? '=' : SIGNS.running;
    const line = { sign, step: 'fleet', figures: fleetFigures(fleet, now) };
    this.#show(line, { total: Math.max(fleet.total, 1), value: endedOf(fleet) });
    if (fleet.stoppedBy !== undefined) this.#tellIfCut(line, fleet.stoppedBy);
    this.#all.update();
  }

  say(line: string): void {
    const text = brokenLines(line, terminalWidth(this.#stream)).join('\n');
    if (!this.#isShown) {
      this.#stream.write(`${text}\n`);
      return;
    }
    // The bars have switched wrapping off, which would cut a word that is wider than the terminal.
    this.#all.log(`${CLEAR_BELOW}${WRAP_ON}${text}${WRAP_OFF}\n`);
    this.#all.update();
  }

  end(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    process.off('exit', this.#leaveTerminal);
    this.#all.stop();
  }

  #show(line: Line, { total, value }: { readonly total: number; readonly value: number }): void {
    if (!this.#isShown) process.once('exit', this.#leaveTerminal);
    this.#isShown = true;
    const bar = this.#bars.get(line.step) ?? this.#all.create(total, value, { ...line });
    this.#bars.set(line.step, bar);
    bar.setTotal(total);
    bar.update(value, { ...line });
  }

  /** Says once why something ended, if its line has no room for all of it. */
  #tellIfCut(line: Line, why: string): void {
    const words = `  ${line.step}: ${why}`;
    const width = terminalWidth(this.#stream);
    if (this.#told.has(words) || wholeOf(line, 0, width).length < width) return;
    this.#told.add(words);
    this.say(words);
  }

  /** A process that ends in the middle must leave a terminal that wraps and has a cursor. */
  readonly #leaveTerminal = (): void => {
    this.#stream.write(`${WRAP_ON}${SHOW_CURSOR}\n`);
  };
}

function totalOf({ totalRows, rows }: StepView): number {
  return Math.max(totalRows ?? 0, rows, 1);
}

function valueOf(view: StepView, total: number): number {
  if (view.state === 'done') return total;
  return view.totalRows === undefined ? 0 : view.rows;
}

function lineOf(view: StepView): Line {
  return { sign: SIGNS[view.state], step: view.step, figures: figures(view) };
}

/** The last column stays free: what clears the rest of a full line would take its last character. */
function formatted(_options: Options, { progress, maxWidth }: Params, line: Line): string {
  const whole = wholeOf(line, progress, maxWidth);
  return whole.length < maxWidth ? whole : `${whole.slice(0, maxWidth - 2)}…`;
}

function wholeOf({ sign, step, figures: words }: Line, progress: number, width: number): string {
  const size = Math.min(BAR.longest, Math.max(BAR.shortest, width - BESIDE_BAR));
  const done = Math.round(progress * size);
  const bar = `${'='.repeat(done)}${' '.repeat(size - done)}`;
  return `  ${sign} ${step.padEnd(15)} [${bar}] ${words}`;
}
