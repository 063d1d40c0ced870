import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const RIGHT = 'must be a length of time such as "15s", "10m" or "2h"';
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;

/** A length of time as people write it, `500ms`, `15s`, `10m` or `2h`, as milliseconds. */
export function duration({ atLeast }: { readonly atLeast: number }): z.ZodType<number> {
  return z
    .string(RIGHT)
    .regex(DURATION, RIGHT)
    .transform(millisOf)
    .refine((millis) => millis >= atLeast, { message: `must be at least ${atLeast}ms` });
}

function millisOf(text: string): number {
  const [, count = '', unit = ''] = DURATION.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 1;
  return Number(count) * factor;
}
