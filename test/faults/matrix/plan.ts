import { STEPS } from '../../../workflows/domain/step-names';
import type { Cell } from './cell';
import { FAULTS } from './faults';
import { BETWEEN, momentsOf } from './places';

/** Every cell of the matrix; the kinds of target go round, so that each meets every fault and step. */
function allCells(): readonly Cell[] {
  const places = [...STEPS.flatMap(momentsOf), ...BETWEEN];
  return places.flatMap((place, row) =>
    FAULTS.flatMap((fault, column): Cell | [] => {
      const kind = place.kinds[(row + column) % place.kinds.length];
      return kind === undefined ? [] : { place, fault, kind };
    }),
  );
}

/** What flags choose; left out, everything. */
export interface Choice {
  readonly step?: string | undefined;
  readonly fault?: string | undefined;
  readonly moment?: string | undefined;
}

/** The cells whose names hold what was asked for. */
export function chosenCells({ step = '', fault = '', moment = '' }: Choice): readonly Cell[] {
  return allCells().filter(
    (cell) =>
      cell.place.step.includes(step) &&
      cell.fault.name.includes(fault) &&
      cell.place.moment.includes(moment),
  );
}
