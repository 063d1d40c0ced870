import type { FleetProgress } from '../../workflows/domain/fleet';
import type { StepProgress } from '../../workflows/domain/progress';

/** Shows how a run goes on. */
export interface Display {
  update(steps: readonly StepView[]): void;
  /** Shows how far a fleet is; `now` is in epoch millis. */
  updateFleet(fleet: FleetProgress, now: number): void;
  /** Says something in a line of its own, whatever is being shown. */
  say(line: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** One step as a person sees it. */
export interface StepView {
  readonly step: string;
  readonly state: StepProgress['state'];
  readonly rows: number;
  readonly bytes: number;
  /** What the step will reach by estimate, where known. */
  readonly totalRows?: number | undefined;
  /** Since the step's start, or what it took. */
  readonly seconds: number;
  /** What it did, or the table it is at. */
  readonly note: string;
}
