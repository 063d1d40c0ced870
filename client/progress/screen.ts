import type { FleetProgress } from '../../workflows/domain/fleet';
import { awaitedIn, type Progress, type StepProgress } from '../../workflows/domain/progress';
import type { Display, StepView } from './display';
import type { Look, Pending } from './watch';

/** Shows a run: its steps or the state of its fleet, and news in lines of their own. */
export class Screen {
  readonly #said = new Set<string>();
  /** Activities that were waiting at the last look. */
  readonly #waiting = new Set<string>();
  readonly #display: Display;

  constructor(display: Display) {
    this.#display = display;
  }

  /** Shows the steps of a run, and why one of them is tried again. */
  show({ progress, pending }: Look): void {
    if (progress !== undefined) this.#display.update(viewOf(progress, pending, Date.now()));
    if (progress?.awaited !== undefined) this.sayOnce(`  ${awaitedIn(progress.awaited)}`);
    for (const { activity, heartbeat } of pending) this.#sayWaiting(activity, heartbeat?.waitsFor);
    for (const { activity, attempt, lastFailure } of pending) {
      if (lastFailure === undefined || attempt < 2) continue;
      this.sayOnce(`  ${activity} is tried again: ${lastFailure}`);
    }
  }

  /** Says once that an activity has begun to wait; its figures change all the time. */
  #sayWaiting(activity: string, waitsFor: string | undefined): void {
    if (waitsFor === undefined) this.#waiting.delete(activity);
    else if (!this.#waiting.has(activity)) {
      this.#waiting.add(activity);
      this.say(`  ${activity} ${waitsFor}`);
    }
  }

  /** Shows how far a fleet is. */
  showFleet(fleet: FleetProgress): void {
    this.#display.updateFleet(fleet, Date.now());
  }

  say(line: string): void {
    this.#display.say(line);
  }

  /** Says a line, unless it was said before. */
  sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.say(line);
  }

  end(): void {
    this.#display.end();
  }
}

/** The steps of a run that have begun: what the run knows, and for running ones what their activities last said. */
export function viewOf(
  progress: Progress,
  pending: readonly Pending[],
  now: number,
): readonly StepView[] {
  return progress.steps
    .filter(({ state }) => state !== 'waiting')
    .map((step) => stepView(step, pending, now));
}

function stepView(step: StepProgress, pending: readonly Pending[], now: number): StepView {
  const { state, tables, startedAt, finishedAt } = step;
  const begun = startedAt === undefined ? now : Date.parse(startedAt);
  const ended = finishedAt === undefined ? now : Date.parse(finishedAt);
  const seconds = Math.max(0, (ended - begun) / 1000);
  const live = pending.find(({ heartbeat }) => heartbeat?.step === step.step)?.heartbeat;
  if (state === 'running' && live !== undefined) {
    const { rows, bytes, totalRows, table, waitsFor } = live;
    return {
      step: step.step,
      state,
      rows,
      bytes,
      totalRows,
      seconds,
      note: waitsFor ?? table ?? '',
    };
  }
  const sum = (field: 'rows' | 'bytes'): number =>
    tables.reduce((total, table) => total + table[field], 0);
  return {
    step: step.step,
    state,
    rows: sum('rows'),
    bytes: sum('bytes'),
    seconds,
    note: step.note ?? '',
  };
}
