import { counted } from './words';
import type { Limits } from '../../workflows/domain/limits';

/** What a fleet may do, for people: `4 at once · at most 10 failures · 22:00-05:00 Europe/Berlin`. */
export function limitsWords(limits: {
  readonly [Name in keyof Limits]?: Limits[Name] | null;
}): string {
  const { concurrency, perSource, perTarget, maxFailures, maxFailureRatio, window } = limits;
  const parts = [
    told(concurrency, (most) => `${most} at once`),
    told(perSource, (most) => `${most} from a source server`),
    told(perTarget, (most) => `${most} into a target server`),
    told(maxFailures, (most) => `at most ${counted(most, 'failure')}`),
    told(maxFailureRatio, (share) => `at most ${+(share * 100).toFixed(2)} % failures`),
    told(window, ({ from, to, timezone, days }) => {
      const on = days === undefined ? '' : ` ${days.join(',')}`;
      return `${from}-${to} ${timezone}${on}`;
    }),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function told<T>(value: T | null | undefined, words: (value: T) => string): string {
  return value === null || value === undefined ? '' : words(value);
}
