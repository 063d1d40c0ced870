/**
 * Does the same with each item, at most `most` at a time, and gives what came of them in their order.
 * After a failure nothing more is begun; it is thrown once all that was begun has ended.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  most: number,
  use: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: { readonly index: number; readonly result: Result }[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      try {
        results.push({ index, result: await use(item) });
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
  if (failures.length > 0) throw failures[0];
  return results.sort((a, b) => a.index - b.index).map(({ result }) => result);
}
