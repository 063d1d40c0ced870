/** What came of cases that are worked through a few at a time. */
export interface AFewAtOnce<Case, Result> {
  /** Gives the result of a case; it and the next few are under way by then. */
  readonly resultOf: (one: Case) => Promise<Result>;
  /** Waits for all that is under way, however it ends. */
  readonly settled: () => Promise<unknown>;
}

/** Works ahead of tests that ask for one result after another. */
export function aFewAtOnce<Case, Result>(
  cases: readonly Case[],
  work: (one: Case) => Promise<Result>,
  atOnce = 4,
): AFewAtOnce<Case, Result> {
  const results = new Map<Case, Promise<Result>>();
  const begin = (one: Case): Promise<Result> => {
    const result = results.get(one) ?? work(one);
    // Whoever awaits it gets the error; until then it is not unhandled.
    result.catch(() => undefined);
    results.set(one, result);
    return result;
  };
  return {
    resultOf: (one) => {
      const result = begin(one);
      const index = cases.indexOf(one);
      for (const next of cases.slice(index + 1, index + atOnce)) void begin(next);
      return result;
    },
    settled: () => Promise.allSettled(results.values()),
  };
}
