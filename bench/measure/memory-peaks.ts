import type { ProcessFigure } from '../result/figures';
import type { SeenProcess } from './cpu-use';

/** The most that all processes of a name had at one moment, in megabytes. */
export type Together = Map<string, number>;

/** Of each name: how many processes there were, the largest one, and the most of all at one moment. */
export function peaksOf(
  seen: readonly SeenProcess[],
  together: ReadonlyMap<string, number>,
): readonly ProcessFigure[] {
  const names = [...new Set(seen.map(({ name }) => name))];
  return names.map((name) => {
    const own = seen.filter((one) => one.name === name);
    const peakMegabytes = Math.max(...own.map(({ peak }) => peak));
    return {
      ...{ name, processes: own.length, peakMegabytes },
      togetherMegabytes: Math.max(peakMegabytes, together.get(name) ?? 0),
    };
  });
}
