import type { Unreached } from '../../workflows/domain/plan';
import type { MissingLoadRight } from '../postgres/checks/load-privileges';
import { isOwnRole, type Mover } from '../postgres/checks/mover';
import type { MissingRight, SourceRole } from '../postgres/checks/source-privileges';
import {
  isForRole,
  type MissingTargetRight,
  type TargetRole,
} from '../postgres/checks/target-privileges';
import { listed, warning, problem, mergeFindings, type Findings } from './findings';

const CANNOT_READ: Readonly<Record<MissingRight['kind'], string>> = {
  schema: 'may not use the schemas',
  table: 'may not read',
  sequence: 'may not read the sequences',
  policies: 'would not see rows that row level security hides in',
  function: 'may not call',
};

/** One problem (`privilege`) for each kind of right that the source's role lacks, with the statements that give it. */
export function sourceRoleFindings({ mover, missing }: SourceRole): Findings {
  return problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = rights.flatMap((right) => right.objects);
      const statements = rights.map(({ statement }) => statement);
      return `in the source, role "${mover.role}" ${CANNOT_READ[kind]} ${listed(objects, ', ')}: ${remedy(mover, statements)}`;
    }),
  );
}

const CANNOT_WRITE: Readonly<Record<MissingTargetRight['kind'], string>> = {
  createdb: 'may not create the database',
  create: 'may not create schemas in the database',
  marker: 'may not change the marker of moveout there, which belongs to',
  owner: 'may not make and own objects as',
  replaced: 'may not replace the schemas there: objects belong to',
  createrole: 'may not create the missing roles',
  policies:
    'would not see its own rows: row level security holds for the owners of tables as well in',
  use: 'may not use the schema',
  extension: 'may not create the extension',
  'new-extension': 'may not create the extension',
};

/** What is run in the target itself; all else in any database of its server. */
const IN_TARGET: readonly MissingTargetRight['kind'][] = ['marker', 'use', 'extension'];

/**
 * One problem (`privilege`) for each kind of right that the target's role lacks, with the statements that
 * give it, and one warning (`left-to-superuser`) about what it cannot set.
 */
export function targetRoleFindings(database: string, { mover, missing }: TargetRole): Findings {
  return problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = [...new Set(rights.map(({ object }) => object))];
      const statements = rights.flatMap((right) => right.statements);
      const place = IN_TARGET.includes(kind) ? `in the target "${database}"` : SERVER;
      const isWithheld = rights.some((right) => isForRole(right, mover));
      const settles = isWithheld ? remedy(mover, statements) : offered(statements);
      return `${place}, role "${mover.role}" ${CANNOT_WRITE[kind]} ${listed(objects, ', ')}: ${settles}`;
    }),
  );
}

const SERVER = "on the target's server";

/** Says which statements a superuser has to run after the migration (`left-to-superuser`). */
export function unreachedFindings(
  database: string,
  unreached: Unreached | undefined,
  later: readonly string[],
): Findings {
  if (unreached === undefined) return mergeFindings([]);
  const { role, owners, defaultPrivilegesOf } = unreached;
  const what = [
    ...(owners.length === 0
      ? []
      : [
          `role "${role}" may not hand over what belongs to ${listed(owners, ', ')} in the source, and owns it itself until then`,
        ]),
    ...(defaultPrivilegesOf.length === 0
      ? []
      : [
          `role "${role}" may not set default privileges of ${listed(defaultPrivilegesOf, ', ')}, which are left out`,
        ]),
  ];
  return warning('left-to-superuser', [
    `${what.join('; ')}; after the migration a superuser runs in the target "${database}": ${later.map((text) => `${text};`).join(' ')}`,
  ]);
}

const CANNOT_LOAD: Readonly<Record<MissingLoadRight['kind'], string>> = {
  read: 'may not use',
  load: 'may not read and replace the rows of',
  own: 'may not switch triggers, keys and sequences that belong to',
  'out-of-reach': 'may not switch triggers, keys and sequences of',
  policies: 'would not see rows that row level security hides in',
};

/** One problem (`privilege`) for each kind of right that the role lacks to load rows into tables that stay. */
export function loadFindings(
  database: string,
  mover: Mover,
  missing: readonly MissingLoadRight[],
): Findings {
  return problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = rights.flatMap((right) => right.objects);
      const statements = rights.flatMap((right) => right.statements);
      return `in the target "${database}", role "${mover.role}" ${CANNOT_LOAD[kind]} ${listed(objects, ', ')}: ${remedy(mover, statements)}`;
    }),
  );
}

/** The statements, if the role alone would get what they give; else what to do in their place. */
function remedy(mover: Mover, statements: readonly string[]): string {
  return isOwnRole(mover) ? offered(statements) : withheld(mover);
}

/** What to do in place of a grant that others would get as well. */
export function withheld({ role, login, members, resets }: Mover): string {
  if (role !== login) {
    const how =
      resets.length > 0
        ? offered(resets)
        : `take "role" out of the options of the connection's URL`;
    return `no right is offered to "${role}", which others act as too; let the login "${login}" work as itself: ${how}`;
  }
  const why =
    members.length > 0
      ? `its members would have it too (${listed(members, ', ')})`
      : 'a service signs in with it';
  return `no right is offered to "${role}", because ${why}; name a login of its own for moveout in the connection's URL`;
}

const BY_SUPERUSER =
  "use a superuser's login in the connection's URL; no statement is offered, since it would give the role a superuser's power";

function offered(statements: readonly string[]): string {
  if (statements.length === 0) return BY_SUPERUSER;
  return listed(
    statements.map((text) => `${text};`),
    ' ',
  );
}

function byKind<Right extends { readonly kind: string }>(
  missing: readonly Right[],
): readonly (readonly [Right['kind'], readonly Right[]])[] {
  const kinds = [...new Set(missing.map(({ kind }): Right['kind'] => kind))];
  return kinds.map((kind) => [kind, missing.filter((right) => right.kind === kind)]);
}
