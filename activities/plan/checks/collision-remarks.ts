import type { Collisions } from '../../postgres/checks/collisions';
import { counted, says, stops, together, type Remarks } from './remarks';

/** Rows that collide are a problem (`collision`), an index that cannot be tried a warning (`collision-untried`). */
export function collisionRemarks({ found, untried }: Collisions): Remarks {
  return together([
    stops(
      'collision',
      found.map(
        ({ index, table, key, rows }) =>
          `${counted(rows, 'row')} of ${table} would collide in the target: unique index "${index}" over ${key} takes each key once; change or remove the doubles in the source, or make the index what the project's rows allow`,
      ),
    ),
    says(
      'collision-untried',
      untried.map(
        ({ index, table, because }) =>
          `the target's unique index "${index}" of ${table} could not be tried on the project's rows: ${because}`,
      ),
    ),
  ]);
}
