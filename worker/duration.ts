import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const RIGHT = 'must be a length of time such as "15s", "10m" or "2h"';
const DURATION = /^(\d{1,9})(ms|s|m|h)$/;

/** A length of time as people write it, `500ms`, `15s`, `10m` or `2h`, as milliseconds. */
export function durationSetting({
  atLeast,
}: {
  readonly atLeast: number;
}): z.ZodType<number, string> {
  return z
    .string(RIGHT)
    .regex(DURATION, RIGHT)
    .transform(millisOf)
    .refine((millis) => millis >= atLeast, { message: `must be at least ${atLeast}ms` })
    .meta({ title: 'a length of time such as `500ms`, `15s`, `10m`, `2h`' });
}

/** Milliseconds as people write a length of time, in the largest unit that has no remainder. */
export function durationText(millis: number): string {
  const units = Object.entries(UNITS).reverse();
  const [unit, factor] = units.find(([, one]) => millis % one === 0) ?? ['ms', 1];
  return `${millis / factor}${unit}`;
}

function millisOf(text: string): number {
  const [, count = '', unit = ''] = DURATION.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 1;
  return Number(count) * factor;
}
