import { DateTime } from 'luxon';
import type { WindowState } from '../workflows/domain/fleet';
import { WEEKDAYS, type Window } from '../workflows/domain/limits';
import { failure } from './runtime/failure';

/** Windows open at most once a week; one of them may be lost in an hour that a clock leaves out. */
const DAYS_AHEAD = 15;

/** A window that opened yesterday may end today, and where the clock jumps a day later still. */
const DAYS_BACK = 2;

/** Epoch millis; the end is not part of it. */
interface WindowSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Tells whether a window is open at `now` (epoch millis), and when that changes. It opens and closes at
 * the first moment of the day on which the zone's clock shows the time, or has jumped over it. Spans
 * that meet are one; what is open without end is asked about again after two weeks.
 */
export function readWindow(window: Window, now: number): WindowState {
  const spans = merged(spansAround(window, now));
  const current = spans.find(({ start, end }) => start <= now && now < end);
  if (current !== undefined) return { isOpen: true, changesAt: current.end };
  const next = spans.find(({ start }) => start > now);
  return { isOpen: false, changesAt: next?.start ?? dayOf(window, now, DAYS_AHEAD).toMillis() };
}

/** The spans that may hold `now` or come next, in order; empty ones left out. */
function spansAround(window: Window, now: number): readonly WindowSpan[] {
  const { from, to, days } = window;
  const spans: WindowSpan[] = [];
  for (let i = -DAYS_BACK; i <= DAYS_AHEAD; i += 1) {
    const day = dayOf(window, now, i);
    const weekday = WEEKDAYS[day.weekday - 1];
    if (days !== undefined && (weekday === undefined || !days.includes(weekday))) continue;
    const start = momentOf(day, from);
    const end = momentOf(to > from ? day : day.plus({ days: 1 }), to);
    if (start < end) spans.push({ start, end });
  }
  return spans;
}

function merged(spans: readonly WindowSpan[]): readonly WindowSpan[] {
  const joined: WindowSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last === undefined || last.end < span.start) joined.push(span);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return joined;
}

/** Noon of a day, counted from the day of `now`: every day has one, whatever its clock does at night. */
function dayOf({ timezone }: Window, now: number, offset: number): DateTime {
  const day = DateTime.fromMillis(now, { zone: timezone });
  if (!day.isValid) throw failure('InvalidInput', `"${timezone}" is no known time zone`);
  return day.set({ hour: 12, minute: 0, second: 0, millisecond: 0 }).plus({ days: offset });
}

/** The first moment of the day at which its clock shows `HH:MM`, or has jumped over it. */
function momentOf(day: DateTime, clock: string): number {
  const [hour, minute] = clock.split(':').map(Number);
  const wanted = day.set({ hour: hour ?? 0, minute: minute ?? 0 });
  // Of two moments with the same clock, the earlier; a clock that was left out reads later than asked.
  let moment = wanted.getPossibleOffsets()[0] ?? wanted;
  if (moment.toFormat('HH:mm') === clock) return moment.toMillis();
  const local = `${day.toISODate() ?? ''} ${clock}`;
  while (moment.minus({ minutes: 1 }).toFormat('yyyy-MM-dd HH:mm') > local)
    moment = moment.minus({ minutes: 1 });
  return moment.toMillis();
}
