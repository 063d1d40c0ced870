import { counted } from '../../../workflows/domain/counted';
import type { Problem } from '../../../workflows/domain/plan';
import type { Crossing } from '../../postgres/scope/crossing';
import { refsAreUnknown, type WantedProject } from '../../postgres/scope/known-refs';

/** Says so where buckets of a project with a longer ref could be taken for this one's (`refs-unknown`). */
export function prefixWarnings(wanted: WantedProject): readonly Problem[] {
  if (!refsAreUnknown(wanted)) return [];
  return [
    {
      code: 'refs-unknown',
      message:
        'buckets go by id prefix, but no other ref is known: a bucket of a project whose ref begins with this one would come along; configure the projects',
    },
  ];
}

/** Names rows that refer across projects (`crosses-projects`). */
export function crossingProblem({ rows, table, foreignKey, references }: Crossing): Problem {
  return {
    code: 'crosses-projects',
    message: `${counted(rows, 'row')} of ${table} ${rows === 1 ? 'belongs' : 'belong'} to the project but ${rows === 1 ? 'refers' : 'refer'} (${foreignKey}) to rows of ${references} that do not`,
  };
}

/** Says that the tenancy knows no such project (`no-such-project`). */
export function noSuchProject(projectRef: string): Problem {
  return {
    code: 'no-such-project',
    message: `the tenancy gives project "${projectRef}" no user and no bucket in the source`,
  };
}
