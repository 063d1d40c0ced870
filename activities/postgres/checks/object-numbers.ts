import { mergeFindings, problem, warning, type Findings } from '../../../workflows/domain/findings';
import { columnName } from '../../../workflows/domain/object-names';
import type { ScopedTable } from '../scope/project-scope';

/**
 * Columns that hold numbers of objects (`object-numbers`): carried exactly, they mean something else elsewhere. Where
 * they stand within other values, these can only be carried by the objects' names, which the target may not have.
 */
export function checkObjectNumbers(tables: readonly ScopedTable[]): Findings {
  return mergeFindings([...tables.map(numberFindings), ...tables.map(nameFindings)]);
}

function nameFindings({ facts: { table, columns } }: ScopedTable): Findings {
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

function numberFindings({ facts }: ScopedTable): Findings {
  return warning(
    'object-numbers',
    facts.columns
      .filter(({ form }) => form === 'number' || form === 'numbers')
      .map(
        ({ name, type }) =>
          `column ${facts.table}.${name} of type ${type} holds numbers of objects (OIDs): they arrive exactly, but objects that users created have other numbers in the target; set such values there again`,
      ),
  );
}
