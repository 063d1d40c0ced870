import { z } from 'zod';
import { MOVERS } from '../movers/names';
import {
  cpuFigure,
  groundResult,
  processFigure,
  seconds,
  spread,
  statementFigure,
  step,
} from './figures';

const mover = z.enum(MOVERS);

const round = z.strictObject({
  round: z.int().positive(),
  seconds,
  steps: z.array(step).readonly(),
});

const moverResult = z.strictObject({
  mover,
  version: z.string(),
  seconds: spread,
  /** The median, divided by the median of `against`. */
  ratio: z.number().positive(),
  rounds: z.array(round).min(1).readonly(),
  /** Medians of the rounds. */
  steps: z.array(step).readonly(),
  /** The largest of the rounds. */
  processes: z.array(processFigure).readonly(),
  /** Means of the rounds. */
  cpu: z.array(cpuFigure).readonly(),
  statements: z.array(statementFigure).readonly(),
});

const sizeResult = z.strictObject({
  users: z.int(),
  objects: z.int(),
  neighbours: z.int(),
  /** Rows of the project that is moved, as moveout counted them. */
  rows: z.int().positive(),
  /** The mover whose median is 1. */
  against: mover,
  movers: z.array(moverResult).min(1).readonly(),
});

/** What `npm run bench` writes with `--out`. */
export const benchResult = z.strictObject({
  kind: z.literal('one-project'),
  ...groundResult.shape,
  seed: z.string(),
  rounds: z.int().positive(),
  /** Movers that were asked for and are not installed. */
  missing: z.array(z.strictObject({ mover, install: z.string() })).readonly(),
  sizes: z.array(sizeResult).min(1).readonly(),
  /** With which exponent of the rows the time of each mover grows; only of several sizes. */
  growth: z.array(z.strictObject({ mover, exponent: z.number() })).readonly(),
});

export type MoverResult = z.infer<typeof moverResult>;
export type SizeResult = z.infer<typeof sizeResult>;
export type BenchResult = z.infer<typeof benchResult>;
