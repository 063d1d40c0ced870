import { searchPathSql, type Lost } from '../../postgres/checks/computed';
import type { BrokenByRewrite } from '../../postgres/checks/rewritten';
import { counted, problem, type Findings } from './remarks';

/** Names what is computed by functions that rely on a search path, with the statement that gives them one (`search-path`). */
export function computedRemarks(found: readonly Lost[]): Findings {
  return problem(
    'search-path',
    found.map(({ what, functions, because, path }) => {
      const settles =
        path === undefined
          ? 'write the schema before each name in it'
          : `give it a search path of its own in the source: ${functions.map((name) => searchPathSql(name, path)).join('; ')}`;
      return `${what} is computed by ${functions.join(', ')}, which does not work in a session that loads rows (${because}); ${settles}`;
    }),
  );
}

/** Names the constraints that the new `instance_id` breaks (`instance-id`). */
export function rewriteRemarks(found: readonly BrokenByRewrite[]): Findings {
  return problem(
    'instance-id',
    found.map(
      ({ constraint, table, rows }) =>
        `${counted(rows, 'row')} of ${table} would break ${constraint} in the target, where instance_id is the nil UUID that stock Auth looks for; drop ${constraint} in the source, or change it so that it allows that value`,
    ),
  );
}
