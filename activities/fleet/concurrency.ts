import pMap from 'p-map';

/**
 * Does the same with each item, at most `most` at a time, and gives what came of them in their order.
 * After a failure nothing more is begun; it is thrown once all that was begun has ended.
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
