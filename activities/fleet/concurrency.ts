import pMap from 'p-map';

/**
 * Calls `work` for each item, at most `most` at a time, and returns the results in the order of the items. After a failure
 * nothing more is started; the failure is thrown once everything that was started has ended.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  most: number,
  use: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const begun: Promise<Result>[] = [];
  const begin = (item: Item): Promise<Result> => {
    const one = use(item);
    begun.push(one);
    return one;
  };
  try {
    return await pMap(items, begin, { concurrency: most });
  } finally {
    await Promise.allSettled(begun);
  }
}
