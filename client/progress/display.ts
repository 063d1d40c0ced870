import type { FleetProgress } from '../../workflows/domain/fleet';
import type { StepProgress } from '../../workflows/domain/progress';

/** Shows the progress of a run. */
export interface Display {
  update(steps: readonly StepView[]): void;
  /** Shows how far a fleet is; `now` is in epoch millis. */
  updateFleet(fleet: FleetProgress, now: number): void;
  /** Prints a line of its own, whatever is being shown. */
  say(line: string): void;
  /** Ends the display; the last state stays visible. */
  end(): void;
}

/** One step as a person sees it. */
export interface StepView {
  readonly step: string;
  readonly state: StepProgress['state'];
  readonly rows: number;
  readonly bytes: number;
  /** The estimated size of the step, if known. */
  readonly totalRows?: number | undefined;
  /** The time since the step started, or that it took. */
  readonly seconds: number;
  /** What it did, or the table it is at. */
  readonly note: string;
}
