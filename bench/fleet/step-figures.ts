import { median } from '../figures/median';
import type { Report } from '../../workflows/domain/report';
import type { FleetStep } from './fleet-schema';

/** What each step took in these runs, in the order of the steps. */
export function stepFigures(reports: readonly Report[]): FleetStep[] {
  const found = new Map<string, number[]>();
  for (const { step, seconds } of reports.flatMap(({ steps }) => steps))
    found.set(step, [...(found.get(step) ?? []), seconds]);
  return [...found].map(([step, seconds]) => ({
    ...{ step, median: median(seconds), largest: Math.max(...seconds) },
    mean: seconds.reduce((sum, each) => sum + each, 0) / seconds.length,
  }));
}
