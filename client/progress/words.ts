import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { StepView } from './display';

/** A count for people: `1 234 567`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A count with its noun: `1 row`, `1 234 rows`. */
export function amount(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`;
}

/** Bytes for people, in powers of 1000: `5.2 MB`. */
export function size(bytes: number): string {
  return prettyBytes(bytes, { maximumFractionDigits: 1, locale: 'en' });
}

/** A duration for people: `840ms`, `4.2s`, `2m 5s`, `3h 20m`. */
export function duration(seconds: number): string {
  return prettyMilliseconds(Math.max(0, seconds) * 1000, { unitCount: 2 });
}

/** A duration for people that is not good to a second from a minute on: `4s`, `12m`, `3h 20m`. */
export function roughDuration(seconds: number): string {
  const unit = seconds < 60 ? 1 : 60;
  return duration(Math.ceil(seconds / unit) * unit);
}

/** A step in figures: how long, what it moved, and the table it is at or else what it did. */
export function figures(view: StepView): string {
  const { rows, bytes, state, note } = view;
  const parts = [
    rows === 0 && bytes === 0 ? '' : amount(rows, 'row'),
    bytes === 0 ? '' : size(bytes),
  ];
  const moved = parts.filter((part) => part !== '').join(', ');
  const words = state === 'running' || moved === '' ? note : '';
  return [duration(view.seconds), moved, words].filter((part) => part !== '').join(' · ');
}

/** A moment for people, in UTC to the second: `2026-11-23 22:00:00 UTC`. */
export function moment(date: Date | undefined): string {
  if (date === undefined) return 'none';
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
