import type { Orders } from '../ground/messages';
import { openLane, STUDIO } from '../ground/lane';
import { imageIfThere } from '../outside/image';
import { play, type Bench, type Cell, type Result } from './cell';
import { repair } from './repair';

/** Brings a lane up and takes down what its source holds. */
export async function openBench(name: string, format: Orders['format']): Promise<Bench> {
  const lane = await openLane(name, format);
  const source = (await imageIfThere(lane.source.server, STUDIO)) ?? [];
  return { lane, source };
}

/** Plays one cell; whatever happens, the bench is fit for the next one. */
export async function playOn(bench: Bench, cell: Cell): Promise<Result> {
  const started = Date.now();
  const seconds = (): number => (Date.now() - started) / 1000;
  const reason = cell.fault.obstacle?.(cell.place, bench.lane);
  if (reason !== undefined) return { cell, seconds: 0, ending: undefined, problems: [], reason };
  try {
    const { ending, problems } = await play(bench, cell);
    if (problems.length > 0) await repair(bench);
    return { cell, seconds: seconds(), ending, problems };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    await repair(bench);
    return { cell, seconds: seconds(), ending: undefined, problems: [words] };
  }
}
