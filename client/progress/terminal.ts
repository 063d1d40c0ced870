import type { Writable } from 'node:stream';
import { createLogUpdate } from 'log-update';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Display, StepView } from './display';
import { endedOf, fleetFigures } from './fleet-words';
import { brokenLines, terminalWidth, type Output } from './page';
import { figures } from './words';

/** Such a terminal, or one that does not name its kind, may not support codes that move the cursor. */
const isPlain = (kind: string | undefined): boolean =>
  kind === undefined || kind === '' || kind === 'dumb';

/** Bars on a terminal of the given kind (`TERM`), plain lines elsewhere. */
export function displayOn(out: Writable & Output, kind = process.env['TERM']): Display {
  return out.isTTY === true && !isPlain(kind) ? new Bars(out) : lineDisplay(out);
}

const WORDS = { waiting: '', running: '…', done: 'done', failed: 'FAILED' } as const;

/** A step that ends sooner gets one line, not two. */
const WORTH_A_START_SECONDS = 1;
const REMIND_EVERY_SECONDS = 30;

/**
 * Prints a line when a step starts, one every half minute while it runs, and one when it ends; for a fleet, one
 * whenever its state changes and every half minute. On a terminal lines are wrapped between words; in a pipe and in a file
 * a line stays whole.
 */
export function lineDisplay(out: Writable & Output): Display {
  const shown = new Map<string, string>();
  const say = (line: string): void => {
    const lines = out.isTTY === true ? brokenLines(line, terminalWidth(out)) : [line];
    out.write(`${lines.join('\n')}\n`);
  };
  return {
    update: (steps) => {
      for (const view of steps) {
        const stage = stageOf(view);
        if (stage === undefined || shown.get(view.step) === stage) continue;
        shown.set(view.step, stage);
        say(lineOf(view));
      }
    },
    updateFleet: (fleet, now) => {
      const stage = fleetStage(fleet, now);
      if (shown.get('fleet') === stage) return;
      shown.set('fleet', stage);
      say(`  ${'fleet'.padEnd(15)} ${fleetFigures(fleet, now)}`);
    },
    say,
    end: () => undefined,
  };
}

/** Names the reason for the next line; nothing while the step has just begun. */
function stageOf({ state, seconds }: StepView): string | undefined {
  if (state !== 'running') return state;
  if (seconds < WORTH_A_START_SECONDS) return undefined;
  return `running ${Math.floor(seconds / REMIND_EVERY_SECONDS)}`;
}

function lineOf(view: StepView): string {
  const head = `  ${view.step.padEnd(15)} ${WORDS[view.state]}`;
  if (view.state === 'running' && view.seconds < REMIND_EVERY_SECONDS) return head;
  return `${head.padEnd(24)} ${figures(view)}`;
}

function fleetStage(fleet: FleetProgress, now: number): string {
  const { state, startedAt, stoppedBy = '', total } = fleet;
  const isOver = total > 0 && endedOf(fleet) === total;
  const age = Math.floor((now - Date.parse(startedAt)) / 1000 / REMIND_EVERY_SECONDS);
  return [state, stoppedBy, isOver, age].join(' ');
}

const SIGNS = { waiting: ' ', running: '>', done: '+', failed: 'x' } as const;
const BAR = { longest: 24, shortest: 8 };
/** What a line needs beside its bar, if its figures are to be read whole. */
const BESIDE_BAR = 70;

/** What stands in one bar's line. */
interface Bar {
  readonly sign: string;
  readonly step: string;
  readonly figures: string;
  /** From 0 to 1. */
  readonly progress: number;
}

/** One bar per step or one for a fleet, on a terminal. A step without an estimate fills its bar at its end. */
class Bars implements Display {
  readonly #stream: Writable & Output;
  readonly #lines = new Map<string, Bar>();
  readonly #told = new Set<string>();
  readonly #frame: ReturnType<typeof createLogUpdate>;
  #hasEnded = false;

  constructor(stream: Writable & Output) {
    this.#stream = stream;
    this.#frame = createLogUpdate(stream);
  }

  update(steps: readonly StepView[]): void {
    for (const view of steps) {
      const line = barOf(view);
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
  #tellIfCut(line: Bar, why: string): void {
    const words = `  ${line.step}: ${why}`;
    const width = terminalWidth(this.#stream);
    if (this.#told.has(words) || wholeOf(line, width).length < width) return;
    this.#told.add(words);
    this.say(words);
  }
}

function barOf(view: StepView): Bar {
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

function wholeOf({ sign, step, figures: words, progress }: Bar, width: number): string {
  const size = Math.min(BAR.longest, Math.max(BAR.shortest, width - BESIDE_BAR));
  const done = Math.round(progress * size);
  const bar = `${'='.repeat(done)}${' '.repeat(size - done)}`;
  return `  ${sign} ${step.padEnd(15)} [${bar}] ${words}`;
}
