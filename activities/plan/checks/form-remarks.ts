import { columnName } from '../../../workflows/domain/object-names';
import type { ScopedTable } from '../../postgres/scope/project-scope';
import { warning, problem, mergeFindings, type Findings } from './remarks';

const MEBIBYTE = 1_048_576;

/** Tables that a backup in format json holds as COPY bytes (`wide-rows`). */
export function wideRemarks(wide: ReadonlyMap<string, number>): Findings {
  return warning(
    'wide-rows',
    [...wide].map(
      ([table, bytes]) =>
        `${table} goes into the backup as COPY bytes, also in format json: its widest row takes ${String(Math.round(bytes / MEBIBYTE))} MiB as text`,
    ),
  );
}

/**
 * Columns that hold numbers of objects (`object-numbers`): carried exactly, they mean something else elsewhere. Where
 * they stand within other values, these can only be carried by the objects' names, which the target may not have.
 */
export function formRemarks(tables: readonly ScopedTable[]): Findings {
  return mergeFindings([...tables.map(numberRemarks), ...tables.map(nameRemarks)]);
}

function nameRemarks({ facts: { table, columns } }: ScopedTable): Findings {
  return problem(
    'object-numbers',
    columns
      .filter(({ names, generated }) => names && !generated)
      .map(({ name, type }) => {
        const column = columnName(table, name);
        return `column ${column} of type ${type} holds names of objects (regclass and the like) within its values, which the target may not know; leave it behind by configuration: columns: { ${JSON.stringify(column)}: { scope: excluded, because: "…" } }`;
      }),
  );
}

function numberRemarks({ facts }: ScopedTable): Findings {
  return warning(
    'object-numbers',
    facts.columns
      .filter(({ form }) => form === 'number' || form === 'numbers')
      .map(
        ({ name, type }) =>
          `column ${facts.table}.${name} of type ${type} holds numbers of objects (OIDs): they arrive exactly, but objects that people made have other numbers in the target; set such values there anew`,
      ),
  );
}
