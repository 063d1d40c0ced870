import type { StepProgress } from '../../workflows/domain/progress';

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
