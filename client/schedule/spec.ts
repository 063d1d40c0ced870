import type { ScheduleSpec } from '@temporalio/client';
import { typed, type Flags } from '../flags';
import { problemsOfTimezone } from '../fleet-flags';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const EVERY = /^([1-9][0-9]{0,6})([smhd])$/;

/** When a schedule runs, or what is wrong with the flags that say so. */
export interface TypedSpec {
  readonly spec: ScheduleSpec;
  readonly problems: readonly string[];
}

/** Reads `--cron` or `--every`; whether a cron expression is right, Temporal tells. */
export function specOf(flags: Flags): TypedSpec {
  const { cron, every, timezone } = flags;
  if ((cron === undefined) === (every === undefined)) {
    const either = `${typed('cron')} or ${typed('every')}`;
    return { spec: {}, problems: [`one of ${either} must say when the schedule runs`] };
  }
  if (cron !== undefined) {
    const spec = { cronExpressions: [cron], timezone: timezone ?? 'UTC' };
    return { spec, problems: problemsOfTimezone(flags) };
  }
  const millis = millisOf(every);
  if (millis !== undefined) return { spec: { intervals: [{ every: millis }] }, problems: [] };
  return { spec: {}, problems: [`${typed('every')} must be a time such as 30m, 12h or 1d`] };
}

function millisOf(text = ''): number | undefined {
  const [, count, unit] = EVERY.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name === unit)?.[1];
  return factor === undefined ? undefined : Number(count) * factor;
}
