import { z } from 'zod';
import { groundResult, seconds, step } from '../result/figures';

const milliseconds = z.number().nonnegative();

/** What the neighbour saw while the source was quiet, or one project was moved. */
const phase = z.strictObject({
  phase: z.enum(['quiet', 'throttle off', 'throttle on']),
  transactions: z.int().positive(),
  p50: milliseconds,
  p95: milliseconds,
  p99: milliseconds,
  /** The p95, divided by that of the quiet phase. */
  ratio: z.number().positive(),
  /** How long the move took; not of the quiet phase. */
  move: z.strictObject({ seconds, steps: z.array(step).readonly() }).optional(),
});

/** What `npm run bench -- throttle` writes with `--out`. */
export const throttleBenchResult = z.strictObject({
  kind: z.literal('throttle'),
  ...groundResult.shape,
  users: z.int(),
  clients: z.int(),
  rate: z.int(),
  throttle: z.strictObject({
    maxActiveSessions: z.int(),
    every: z.string(),
    perProject: z.int(),
  }),
  phases: z.array(phase).length(3).readonly(),
});

export type Phase = z.infer<typeof phase>;
export type ThrottleBenchResult = z.infer<typeof throttleBenchResult>;
