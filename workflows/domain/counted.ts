/** A count with its word: `1 row`, `2 rows`; of a word with a plural of its own, both. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
