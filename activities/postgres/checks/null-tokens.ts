import { NO_FINDINGS, warning, type Findings } from '../../../workflows/domain/findings';
import { ident } from '../identifiers';
import type { ProjectScope } from '../scope/project-scope';
import type { Inquiry } from './survey';

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

/** One column, and how many of the project's users are NULL in it. */
interface NullTokens {
  readonly column: string;
  readonly users: number;
}

/**
 * Counts the project's users that stock Auth could not read for a NULL, and says what fixes it (`null-tokens`);
 * `normalized` if they are fixed on their way.
 */
export function nullTokensInquiry(
  { keys }: Pick<ProjectScope, 'keys'>,
  normalized: boolean,
): Inquiry<Findings> {
  const columns = NEVER_NULL.filter((column) => keys.exists('auth.users', column));
  const asked = columns.map((column) => ({
    column,
    question: { table: 'auth.users', of: `t.${ident(column)} IS NULL`, by: 'count' } as const,
  }));
  return {
    questions: asked.map(({ question }) => question),
    conclude: (answers) => {
      const nulls = asked.map(({ column, question }) => ({
        column,
        users: answers(question) ?? 0,
      }));
      return inWords(
        nulls.filter(({ users }) => users > 0),
        normalized,
      );
    },
  };
}

function inWords(nulls: readonly NullTokens[], normalized: boolean): Findings {
  if (nulls.length === 0) return NO_FINDINGS;
  const counts = nulls.map(({ column, users }) => `${column} (${String(users)})`).join(', ');
  const what = `stock Auth cannot read a user with a NULL in one of these columns of auth.users; users of the project with one: ${counts}`;
  return warning('null-tokens', [
    normalized
      ? `${what}; they arrive fixed, because normalizeNullTokens is true`
      : `${what}; they cannot sign in ("Database error querying schema"); normalizeNullTokens: true in the configuration fixes them when they are copied`,
  ]);
}
