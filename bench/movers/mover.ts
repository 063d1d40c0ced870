import type { BenchGround } from '../ground/ground';
import type { ProcessWatch } from '../measure/process-watch';
import type { StepFigure } from '../result/figures';
import { MOVEOUT, type MoverName } from './names';

/** Where one move happens, who watches it, and what ends it early. */
export interface MoveOrder {
  readonly ground: BenchGround;
  /** The database that holds the project. */
  readonly source: string;
  /** Exists only once the mover has made it. */
  readonly target: string;
  readonly watch: ProcessWatch;
  readonly signal: AbortSignal;
}

/** How a move went. */
export interface Move {
  /** From an idle mover without a target to the whole copy in the target. */
  readonly seconds: number;
  readonly steps: readonly StepFigure[];
  /** Rows of the project, if the mover counts them. */
  readonly rows?: number;
}

/** Something that brings the rows of a source into a database of their own. */
export interface BenchMover {
  readonly name: MoverName;
  readonly version: string;
  readonly move: (order: MoveOrder) => Promise<Move>;
}

/** Measures what takes time, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Whether it is a program of others, which knows no projects. */
export function isPeer({ name }: Pick<BenchMover, 'name'>): boolean {
  return MOVEOUT.every((own) => own !== name);
}
