import { z } from 'zod';

export const seconds = z.number().nonnegative();
const megabytes = z.number().nonnegative();
export const spread = z.strictObject({ median: seconds, smallest: seconds, largest: seconds });

export const step = z.strictObject({ step: z.string(), seconds });

/** Memory of all processes of one name. */
export const processFigure = z.strictObject({
  name: z.string(),
  processes: z.int().positive(),
  /** Of the largest one. */
  peakMegabytes: megabytes,
  /** Of all at one moment. */
  togetherMegabytes: megabytes,
});

/** CPU time of all processes of one name, or of the threads of one name in such a process. */
export const cpuFigure = z.strictObject({
  name: z.string(),
  database: z.string().optional(),
  thread: z.string().optional(),
  seconds,
});

/** What one statement cost in PostgreSQL, all its calls together. */
export const statementFigure = z.strictObject({
  database: z.string(),
  /** Without the values that it was called with. */
  statement: z.string(),
  calls: z.number().positive(),
  seconds,
  rows: z.number().nonnegative(),
});

/** When, on what machine and on which server it was measured. */
export const groundResult = z.strictObject({
  startedAt: z.iso.datetime(),
  machine: z.strictObject({ cores: z.int(), megabytes: z.int(), node: z.string() }),
  postgres: z.strictObject({ release: z.string(), settings: z.record(z.string(), z.string()) }),
});

export type StepFigure = z.infer<typeof step>;
export type ProcessFigure = z.infer<typeof processFigure>;
export type CpuFigure = z.infer<typeof cpuFigure>;
export type StatementFigure = z.infer<typeof statementFigure>;
export type GroundResult = z.infer<typeof groundResult>;
