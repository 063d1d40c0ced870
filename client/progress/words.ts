import type { StepView } from './display';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A count for people: `1 234 567`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A count with its noun: `1 row`, `1 234 rows`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`;
}

/** Bytes for people, in powers of 1000: `5.2 MB`. */
export function size(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? String(value) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

/** A duration for people: `4.2 s`, from a minute on `2 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A step in figures: how long, what it moved, and the table it is at or else what it did. */
export function figures(view: StepView): string {
  const { rows, bytes, state, note } = view;
  const amount = bytes === 0 ? counted(rows, 'row') : `${counted(rows, 'row')}, ${size(bytes)}`;
  const moved = rows === 0 && bytes === 0 ? '' : amount;
  const words = state === 'running' || moved === '' ? note : '';
  return [duration(view.seconds), moved, words].filter((part) => part !== '').join(' · ');
}

/** A moment for people, in UTC to the second: `2026-11-23 22:00:00 UTC`. */
export function moment(date: Date | undefined): string {
  if (date === undefined) return 'none';
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
