import type { FleetProgress } from '../../workflows/domain/fleet';
import type { StepView } from './view';

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
