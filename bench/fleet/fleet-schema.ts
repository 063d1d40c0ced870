import { z } from 'zod';
import {
  cpuFigure,
  groundResult,
  processFigure,
  seconds,
  spread,
  statementFigure,
} from '../result/figures';
import { FLEET_FORMATS } from './formats';

/** What one step took in all projects. */
const fleetStep = z.strictObject({
  step: z.string(),
  median: seconds,
  mean: seconds,
  largest: seconds,
});

/** One fleet, and what others need for as many databases of the same rows. */
const fleetResult = z.strictObject({
  inSource: z.int().positive(),
  moved: z.int().positive(),
  migrated: z.int().nonnegative(),
  /** From the start of the fleet to its end. */
  seconds,
  /** Of them, until the first project began: the inventory and the template. */
  beforeFirst: seconds,
  steps: z.array(fleetStep).readonly(),
  /** Projects moved one by one afterwards by the same worker. */
  usual: z.strictObject({
    projects: z.int(),
    seconds: spread,
    steps: z.array(fleetStep).readonly(),
  }),
  processes: z.array(processFigure).readonly(),
  cpu: z.array(cpuFigure).readonly(),
  /** Empty unless it is a profile: counting the statements of so many databases costs time. */
  statements: z.array(statementFigure).readonly(),
  /** The loop of two `createdb; pg_dump -Fc | pg_restore`, if it was measured. */
  peer: z.strictObject({ version: z.string(), seconds, ratio: z.number().positive() }).optional(),
});

/** What `npm run bench -- fleet` writes with `--out`. */
export const fleetBenchResult = z.strictObject({
  kind: z.literal('fleet'),
  ...groundResult.shape,
  atATime: z.int().positive(),
  format: z.enum(FLEET_FORMATS),
  missing: z.array(z.strictObject({ mover: z.string(), install: z.string() })).readonly(),
  fleets: z.array(fleetResult).min(1).readonly(),
});

export type FleetStep = z.infer<typeof fleetStep>;
export type FleetResult = z.infer<typeof fleetResult>;
export type FleetBenchResult = z.infer<typeof fleetBenchResult>;
