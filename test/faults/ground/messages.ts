import { z } from 'zod';

/** What a worker process has to know before it can start. */
export const ordersSchema = z.object({
  kind: z.literal('start'),
  address: z.string(),
  /** Left out, the usual one. */
  taskQueue: z.string().optional(),
  urls: z.record(z.string(), z.string()),
  backups: z.string(),
  format: z.enum(['json', 'copy']),
  logFile: z.string(),
  timing: z.object({ silence: z.number(), longestPause: z.number(), parkAfter: z.number() }),
});

export type Orders = z.infer<typeof ordersSchema>;

/** What a gate hears: let the activity go on, deaf to its cancellation or not, or fail it without a retry. */
export const answerSchema = z.object({
  kind: z.literal('answer'),
  id: z.number(),
  word: z.enum(['go', 'deaf', 'fail']),
});

export type Answer = z.infer<typeof answerSchema>;

const attempt = {
  activity: z.string(),
  attempt: z.number(),
  runId: z.string(),
};

/** An attempt that waits: before its body, before it opens a session, or before its answer. */
export const gateSchema = z.object({
  kind: z.literal('gate'),
  id: z.number(),
  at: z.enum(['before', 'session', 'after']),
  ...attempt,
});

export type GateNote = z.infer<typeof gateSchema>;

/** What a worker process says. */
export const noteSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  gateSchema,
  /** An attempt has heard that it is cancelled or late. */
  z.object({ kind: z.literal('told'), ...attempt }),
  /** An attempt has ended here, whatever Temporal makes of it. */
  z.object({ kind: z.literal('over'), ...attempt, said: z.string() }),
]);

export type Note = z.infer<typeof noteSchema>;
