import type { MissingRight, SourceRole } from '../../postgres/checks/source-privileges';
import type { MissingTargetRight, TargetRole } from '../../postgres/checks/target-privileges';
import { listed, stops, type Remarks } from './remarks';

const CANNOT_READ: Readonly<Record<MissingRight['kind'], string>> = {
  schema: 'may not use the schemas',
  table: 'may not read',
  sequence: 'may not read the sequences',
  policies: 'would not see rows that row level security hides in',
  function: 'may not call',
};

/** One problem (`privilege`) for each kind of right that the source's role lacks, with the statements that give it. */
export function sourceRoleRemarks({ role, missing }: SourceRole): Remarks {
  return stops(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = rights.flatMap((right) => right.objects);
      return `in the source, role "${role}" ${CANNOT_READ[kind]} ${listed(objects, ', ')}: ${statementsOf(rights)}`;
    }),
  );
}

const CANNOT_WRITE: Readonly<Record<MissingTargetRight['kind'], string>> = {
  createdb: 'may not create the database',
  connect: 'may not connect to the database',
  create: 'may not create schemas in the database',
  owner: 'may not make and own objects as',
  createrole: 'may not create the missing roles',
  extension: 'may not create the extension',
};

/** One problem (`privilege`) for each kind of right that the target's role lacks, with the statements that give it. */
export function targetRoleRemarks({ role, missing }: TargetRole): Remarks {
  return stops(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = [...new Set(rights.map(({ object }) => object))];
      return `on the target's server, role "${role}" ${CANNOT_WRITE[kind]} ${listed(objects, ', ')}: ${statementsOf(rights)}`;
    }),
  );
}

function byKind<Right extends { readonly kind: string }>(
  missing: readonly Right[],
): readonly (readonly [Right['kind'], readonly Right[]])[] {
  const kinds = [...new Set(missing.map(({ kind }): Right['kind'] => kind))];
  return kinds.map((kind) => [kind, missing.filter((right) => right.kind === kind)]);
}

function statementsOf(rights: readonly { readonly statement: string }[]): string {
  return listed(
    rights.map(({ statement }) => `${statement};`),
    ' ',
  );
}
