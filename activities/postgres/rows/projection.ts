import type { ColumnProjection, Content } from '../../../workflows/domain/manifest';
import { NIL_UUID } from '../../../workflows/domain/names';
import type { ColumnFacts, TableFacts } from '../catalog/tables';
import { ident, literal } from '../identifiers';

/** The tables whose `instance_id` stock Auth compares with the nil UUID (supabase/auth, `internal/models`). */
const REWRITTEN: ReadonlySet<string> = new Set([
  'auth.users',
  'auth.refresh_tokens',
  'auth.audit_log_entries',
]);

/**
 * Decides how each column of a table is read. Generated columns are left out: they can be neither
 * inserted nor copied in. One projection serves the file, the digest and the verification.
 */
export function projectionOf(
  facts: TableFacts,
  kind: 'project' | 'target',
  normalizeNullTokens = false,
): readonly ColumnProjection[] {
  const rewritten = kind === 'project' && REWRITTEN.has(facts.table);
  const normalizes = normalizeNullTokens && kind === 'project' && facts.table === NULL_TOKENS_TABLE;
  return facts.columns
    .filter((column) => !column.generated)
    .map((column) => ({
      name: column.name,
      type: column.type,
      read: readAs(column, rewritten),
      ...(normalizes && whenNull(column)),
    }));
}

/**
 * The COPY encoding that loads back exactly: binary, unless a column is read in another form and its
 * type does not take that form in binary (enumerations do).
 */
export function encodingOf(facts: TableFacts): 'binary' | 'text' {
  const odd = facts.columns.some((column) => column.form !== 'as-is' && !column.enumeration);
  return odd ? 'text' : 'binary';
}

/** The select expressions of a projection, for the side that still has the old values. */
export function selectList(columns: readonly ColumnProjection[]): readonly string[] {
  return columns.map(expression);
}

/** The projection for the target: a rewritten column is read as it is there, and so is checked. */
export function selectListAtTarget(columns: readonly ColumnProjection[]): readonly string[] {
  return columns.map(({ name, type, read }) =>
    expression({ name, type, read: read === 'nil' ? 'as-is' : read }),
  );
}

/** The values of a primary key. */
export interface KeyValues {
  readonly expressions: readonly string[];
  /** Whether it is one value of the type uuid. */
  readonly isUuid: boolean;
}

/** The primary key's values; none if a column of it is rewritten on its way, so that keys may become equal. */
export function keyValues({
  columns,
  key = [],
}: Pick<Content, 'columns' | 'key'>): KeyValues | undefined {
  const found = columns.filter(({ name }) => key.includes(name));
  const isKept = found.every(({ read, whenNull }) => read !== 'nil' && whenNull === undefined);
  if (found.length === 0 || found.length !== key.length || !isKept) return undefined;
  const isUuid =
    found.length === 1 && found.every(({ type, read }) => type === 'uuid' && read === 'as-is');
  return { expressions: selectList(found), isUuid };
}

/** The value that a column has in the target, over the alias `t`. Casts to text are for copying only: an index needs the type. */
export function arrivingAs(facts: TableFacts, column: string): string {
  const copied = projectionOf(facts, 'project').find(({ name }) => name === column);
  const asItIs = copied === undefined || (copied.read !== 'nil' && copied.whenNull === undefined);
  const [expression] = asItIs ? [] : selectList([copied]);
  return expression ?? `t.${ident(column)}`;
}

/** A column's value over the alias `t`, with what stands for NULL if the projection says so. */
export function valueOf({ name, type, whenNull: instead }: ColumnProjection): string {
  const value = `t.${ident(name)}`;
  return instead === undefined ? value : `coalesce(${value}, ${literal(instead)}::${type})`;
}

/** A value in one of the forms. `IS NULL` is true of a row whose fields are all NULL; `num_nulls` is not. */
const FORMS: Readonly<Record<Exclude<ColumnProjection['read'], 'nil'>, (value: string) => string>> =
  {
    'as-is': (value) => value,
    text: (value) => `${value}::text`,
    output: (value) => `CASE WHEN num_nulls(${value}) = 0 THEN format('%s', ${value}) END`,
    number: (value) => `${value}::oid`,
    numbers: (value) => `${value}::oid[]`,
  };

/** The expression that gives a value in a form. */
export function inForm(form: keyof typeof FORMS, value: string): string {
  return FORMS[form](value);
}

/** The type of a column's values in their form, for a table that holds them so. */
export function typeOfForm({ read, type }: ColumnProjection): string {
  switch (read) {
    case 'text':
    case 'output':
      return 'text';
    case 'number':
      return 'oid';
    case 'numbers':
      return 'oid[]';
    case 'as-is':
    case 'nil':
      return type;
  }
}

function whenNull({ name }: ColumnFacts): Pick<ColumnProjection, 'whenNull'> {
  const instead = NULL_TOKENS[name];
  return instead === undefined ? {} : { whenNull: instead };
}

function readAs(column: ColumnFacts, rewritten: boolean): ColumnProjection['read'] {
  if (rewritten && column.name === 'instance_id') return 'nil';
  return column.form;
}

function expression(column: ColumnProjection): string {
  if (column.read === 'nil') return `${literal(NIL_UUID)}::uuid`;
  const value = valueOf(column);
  return inForm(column.read, value);
}

/**
 * What stands for NULL in the columns of `auth.users` that stock Auth reads into plain values, and
 * fails on NULL (supabase/auth, `internal/models/user.go`; its issue 1940): the empty value of each
 * column's type.
 */
const NULL_TOKENS: Readonly<Record<string, string>> = {
  confirmation_token: '',
  recovery_token: '',
  email_change_token_current: '',
  email_change_token_new: '',
  email_change: '',
  phone_change_token: '',
  phone_change: '',
  reauthentication_token: '',
  aud: '',
  role: '',
  email_change_confirm_status: '0',
  created_at: '1970-01-01 00:00:00+00',
  updated_at: '1970-01-01 00:00:00+00',
};

/** The table that these columns are of. */
const NULL_TOKENS_TABLE = 'auth.users';
