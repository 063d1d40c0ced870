import { counted } from '../../../workflows/domain/counted';
import type { Problem } from '../../../workflows/domain/plan';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import type { Crossing } from '../../postgres/scope/crossing';
import type { DeletedUserCounts } from '../../postgres/scope/deleted-users';
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

/** Names soft-deleted users that carry no ref: those that stay behind, and those that come along (`deleted-users`). */
export function deletedUserWarnings(
  { found, lost }: DeletedUserCounts,
  { users }: Tenancy,
): readonly Problem[] {
  if (users.by !== 'app-metadata') return [];
  const without = `without "${users.key}" in raw_app_meta_data, which Auth empties when it soft-deletes a user`;
  const stay = `soft-deleted users of the source are ${without}, and their identities, Storage's rows and the audit log do not name one project: they and their audit rows stay behind; to move them, set "${users.key}" in their raw_app_meta_data in the source, or use "tenancy: users" by query or by table`;
  const come = `soft-deleted users of the project are ${without}: they come along, because their identities, Storage's rows and the audit log name this project and no other`;
  return [
    ...(lost > 0 ? [{ code: 'deleted-users', message: `${String(lost)} ${stay}` }] : []),
    ...(found > 0 ? [{ code: 'deleted-users', message: `${String(found)} ${come}` }] : []),
  ];
}
