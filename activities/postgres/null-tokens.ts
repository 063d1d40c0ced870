/**
 * What stands for NULL in the columns of `auth.users` that stock Auth reads into plain values, and
 * fails on NULL (supabase/auth, `internal/models/user.go`; its issue 1940): the empty value of each
 * column's type.
 */
export const NULL_TOKENS: Readonly<Record<string, string>> = {
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
export const NULL_TOKENS_TABLE = 'auth.users';
