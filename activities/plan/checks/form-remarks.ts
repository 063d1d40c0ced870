import type { ScopedTable } from '../../postgres/scope/project-scope';
import { says, together, type Remarks } from './remarks';

const MEBIBYTE = 1_048_576;

/** Tables that a backup in format json holds as COPY bytes (`wide-rows`). */
export function wideRemarks(wide: ReadonlyMap<string, number>): Remarks {
  return says(
    'wide-rows',
    [...wide].map(
      ([table, bytes]) =>
        `${table} goes into the backup as COPY bytes, also in format json: its widest row takes ${String(Math.round(bytes / MEBIBYTE))} MiB as text`,
    ),
  );
}

/** Columns that hold numbers of objects (`object-numbers`): carried exactly, they mean something else elsewhere. */
export function formRemarks(tables: readonly ScopedTable[]): Remarks {
  return together(
    tables.map(({ facts }) =>
      says(
        'object-numbers',
        facts.columns
          .filter(({ form }) => form === 'number' || form === 'numbers')
          .map(
            ({ name, type }) =>
              `column ${facts.table}.${name} of type ${type} holds numbers of objects (OIDs): they arrive exactly, but objects that people made have other numbers in the target; set such values there anew`,
          ),
      ),
    ),
  );
}
