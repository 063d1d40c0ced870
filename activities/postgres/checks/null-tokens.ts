import type { Client } from 'pg';
import { z } from 'zod';
import { NO_FINDINGS, warning, type Findings } from '../../../workflows/domain/findings';
import { ident } from '../identifiers';
import type { ProjectScope } from '../scope/project-scope';

/**
 * The columns of `auth.users` that stock Auth reads into Go values which cannot be NULL
 * (supabase/auth, `internal/models/user.go`; issue supabase/auth#1940).
 */
const NEVER_NULL = [
  ...['confirmation_token', 'recovery_token', 'email_change_token_current'],
  ...['email_change_token_new', 'email_change', 'phone_change_token', 'phone_change'],
  ...['reauthentication_token', 'aud', 'role', 'email_change_confirm_status'],
  ...['created_at', 'updated_at'],
] as const;

const countsRow = z.record(z.string(), z.coerce.number());

/** One column, and how many of the project's users are NULL in it. */
interface NullTokens {
  readonly column: string;
  readonly users: number;
}

/**
 * Counts the project's users that stock Auth could not read for a NULL, and says what fixes it (`null-tokens`);
 * `normalized` if they are fixed on their way.
 */
export async function checkNullTokens(
  client: Client,
  scope: ProjectScope,
  normalized: boolean,
): Promise<Findings> {
  const nulls = await countNullTokens(client, scope);
  if (nulls.length === 0) return NO_FINDINGS;
  const counts = nulls.map(({ column, users }) => `${column} (${String(users)})`).join(', ');
  const what = `stock Auth cannot read a user with a NULL in one of these columns of auth.users; users of the project with one: ${counts}`;
  return warning('null-tokens', [
    normalized
      ? `${what}; they arrive fixed, because normalizeNullTokens is true`
      : `${what}; they cannot sign in ("Database error querying schema"); normalizeNullTokens: true in the configuration fixes them when they are copied`,
  ]);
}

/** Counts the NULLs that make stock Auth fail, in the columns where there are any. */
async function countNullTokens(
  client: Client,
  { keys, tables }: ProjectScope,
): Promise<readonly NullTokens[]> {
  const users = tables.find(({ facts }) => facts.table === 'auth.users');
  const columns = NEVER_NULL.filter((column) => keys.exists('auth.users', column));
  if (users === undefined || columns.length === 0) return [];
  const counts = columns.map(
    (column) => `count(*) FILTER (WHERE t.${ident(column)} IS NULL)::text AS ${ident(column)}`,
  );
  const result = await client.query(
    `SELECT ${counts.join(', ')} FROM auth.users AS t WHERE (${users.where})`,
  );
  const found = countsRow.parse(result.rows[0]);
  return columns
    .map((column) => ({ column, users: found[column] ?? 0 }))
    .filter((nulls) => nulls.users > 0);
}
