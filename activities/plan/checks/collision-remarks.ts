import type { BrokenIndex } from '../../postgres/checks/broken-indexes';
import type { Collisions } from '../../postgres/checks/collisions';
import { splitTable, tableName } from '../../../workflows/domain/object-names';
import { qualified } from '../../postgres/identifiers';
import { counted, warning, problem, mergeFindings, type Findings } from './remarks';

/** Rows that collide are a problem (`collision`), an index that cannot be tried a warning (`collision-untried`). */
export function collisionFindings({ found, untried }: Collisions): Findings {
  return mergeFindings([
    problem(
      'collision',
      found.map(
        ({ index, table, key, rows }) =>
          `${counted(rows, 'row')} of ${table} would collide in the target: unique index "${index}" over ${key} takes each key once; change or remove the doubles in the source, or make the index what the project's rows allow`,
      ),
    ),
    warning(
      'collision-untried',
      untried.map(
        ({ index, table, because }) =>
          `the target's unique index "${index}" of ${table} could not be tried on the project's rows: ${because}`,
      ),
    ),
  ]);
}

/** A unique index of the source that holds a key twice is a problem (`broken-index`): the target could not be given it. */
export function brokenIndexRemarks(broken: readonly BrokenIndex[]): Findings {
  return problem(
    'broken-index',
    broken.map(({ index, table, key, keys, rows }) => {
      const [schema] = splitTable(table);
      const reindex = `REINDEX INDEX ${qualified(tableName(schema, index))}`;
      return `unique index "${index}" of ${table} is broken in the source: ${counted(keys, 'key')} of ${key} ${keys === 1 ? 'stands' : 'stand'} in ${counted(rows, 'row')} of the project; leave one row for each key there, then run ${reindex}`;
    }),
  );
}
