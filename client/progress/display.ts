import type { StepView } from './view';

/** Shows how a run goes on. */
export interface Display {
  update(steps: readonly StepView[]): void;
  /** Says something in a line of its own, whatever is being shown. */
  say(line: string): void;
  /** Leaves the last state standing. */
  end(): void;
}
