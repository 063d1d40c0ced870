import type { Writable } from 'node:stream';
import { createLogUpdate } from 'log-update';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Display, StepView } from './display';
import { endedOf, fleetFigures } from './fleet-words';
import { brokenLines, terminalWidth, type Output } from './page';
import { figures } from './words';

const SIGNS = { waiting: ' ', running: '>', done: '+', failed: 'x' } as const;
const BAR = { longest: 24, shortest: 8 };
/** What a line needs beside its bar, if its figures are to be read whole. */
const BESIDE_BAR = 70;

/** What stands in one bar's line. */
interface Line {
  readonly sign: string;
  readonly step: string;
  readonly figures: string;
  /** From 0 to 1. */
  readonly progress: number;
}

/** One bar per step or one for a fleet, on a terminal. A step without an estimate fills its bar at its end. */
export function barDisplay(stream: Writable & Output): Display {
  return new Bars(stream);
}

class Bars implements Display {
  readonly #stream: Writable & Output;
  readonly #lines = new Map<string, Line>();
  readonly #told = new Set<string>();
  readonly #frame: ReturnType<typeof createLogUpdate>;
  #hasEnded = false;

  constructor(stream: Writable & Output) {
    this.#stream = stream;
    this.#frame = createLogUpdate(stream);
  }

  update(steps: readonly StepView[]): void {
    for (const view of steps) {
      const line = lineOf(view);
      this.#lines.set(line.step, line);
      if (view.state === 'failed' && view.note !== '') this.#tellIfCut(line, view.note);
    }
    this.#draw();
  }

  updateFleet(fleet: FleetProgress, now: number): void {
    const sign = fleet.state === 'paused' ? '=' : SIGNS.running;
    const progress = endedOf(fleet) / Math.max(fleet.total, 1);
    const line = { sign, step: 'fleet', figures: fleetFigures(fleet, now), progress };
    this.#lines.set(line.step, line);
    if (fleet.stoppedBy !== undefined) this.#tellIfCut(line, fleet.stoppedBy);
    this.#draw();
  }

  say(line: string): void {
    if (this.#isShown) this.#frame.clear();
    this.#stream.write(`${brokenLines(line, terminalWidth(this.#stream)).join('\n')}\n`);
    this.#draw();
  }

  end(): void {
    if (!this.#isShown) return;
    this.#hasEnded = true;
    this.#frame.done();
  }

  get #isShown(): boolean {
    return this.#lines.size > 0 && !this.#hasEnded;
  }

  #draw(): void {
    if (!this.#isShown) return;
    const width = terminalWidth(this.#stream);
    const lines = [...this.#lines.values()].map((line) => cut(wholeOf(line, width), width));
    this.#frame(lines.join('\n'));
  }

  /** Says once why something ended, if its line has no room for all of it. */
  #tellIfCut(line: Line, why: string): void {
    const words = `  ${line.step}: ${why}`;
    const width = terminalWidth(this.#stream);
    if (this.#told.has(words) || wholeOf(line, width).length < width) return;
    this.#told.add(words);
    this.say(words);
  }
}

function lineOf(view: StepView): Line {
  return {
    sign: SIGNS[view.state],
    step: view.step,
    figures: figures(view),
    progress: progressOf(view),
  };
}

function progressOf({ state, rows, totalRows }: StepView): number {
  if (state === 'done') return 1;
  return totalRows === undefined ? 0 : rows / Math.max(totalRows, rows, 1);
}

/** The last column stays free, so that no terminal begins a new line by itself. */
function cut(line: string, width: number): string {
  return line.length < width ? line : `${line.slice(0, width - 2)}…`;
}

function wholeOf({ sign, step, figures: words, progress }: Line, width: number): string {
  const size = Math.min(BAR.longest, Math.max(BAR.shortest, width - BESIDE_BAR));
  const done = Math.round(progress * size);
  const bar = `${'='.repeat(done)}${' '.repeat(size - done)}`;
  return `  ${sign} ${step.padEnd(15)} [${bar}] ${words}`;
}
