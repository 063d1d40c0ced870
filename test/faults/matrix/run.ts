import { openBench, playOn } from './bench';
import type { Cell, Result } from './cell';

/**
 * Plays cells in several lanes side by side; tells of each as it ends. Odd lanes move rows in
 * PostgreSQL's own format, even ones as JSON.
 */
export async function playAll(
  cells: readonly Cell[],
  lanes: number,
  tell: (result: Result) => void,
): Promise<readonly Result[]> {
  const waiting = [...cells];
  const results: Result[] = [];
  const work = async (index: number): Promise<void> => {
    const bench = await openBench(String(index + 1), index % 2 === 0 ? 'copy' : 'json');
    try {
      for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
        const result = await playOn(bench, cell);
        results.push(result);
        tell(result);
      }
    } finally {
      await bench.lane.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => work(index)));
  return results;
}
