import type { Outcome } from '../script';

/** Checks the exit status, and what was said on the stream that is for it. */
export function expectSaid({ status, stdout, stderr }: Outcome, exit: number, words: RegExp): void {
  expect(exit === 0 ? stdout : stderr).toMatch(words);
  expect(status).toBe(exit);
}
