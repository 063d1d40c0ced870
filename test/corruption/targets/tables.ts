import { aroundRows, inRows, type Corruption } from '../corruption';

/** Tables, columns, types and sequences: what new rows will meet. */
export const TABLES: readonly Corruption[] = [
  aroundRows(
    'a changed default',
    'auth.users.is_anonymous',
    'ALTER TABLE auth.users ALTER is_anonymous SET DEFAULT true',
  ),
  aroundRows(
    'a dropped default',
    'storage.objects.id',
    'ALTER TABLE storage.objects ALTER id DROP DEFAULT',
  ),
  aroundRows(
    'a dropped NOT NULL',
    'auth.identities.provider',
    'ALTER TABLE auth.identities ALTER provider DROP NOT NULL',
  ),
  aroundRows('an extra column', 'auth.sessions.extra', 'ALTER TABLE auth.sessions ADD extra text'),
  aroundRows(
    'a widened type',
    'auth.refresh_tokens.token',
    'ALTER TABLE auth.refresh_tokens ALTER token TYPE varchar(511)',
  ),
  aroundRows(
    'another collation',
    'storage.objects.name',
    `UPDATE pg_attribute SET attcollation = 'pg_catalog."C"'::regcollation
      WHERE attrelid = 'storage.objects'::regclass AND attname = 'name'`,
  ),
  aroundRows(
    'another storage of a column',
    'auth.users.raw_user_meta_data',
    'ALTER TABLE auth.users ALTER raw_user_meta_data SET STORAGE EXTERNAL',
  ),
  aroundRows(
    'a plain column for a generated one',
    'auth.identities.email',
    'ALTER TABLE auth.identities ALTER email DROP EXPRESSION',
  ),
  aroundRows(
    'another expression of a generated column',
    'auth.users.confirmed_at',
    `ALTER TABLE auth.users DROP confirmed_at, ADD confirmed_at timestamptz
       GENERATED ALWAYS AS (COALESCE(LEAST(email_confirmed_at, phone_confirmed_at), phone_confirmed_at)) STORED`,
  ),
  inRows(
    'an extra table with rows',
    'storage.extra',
    'CREATE TABLE storage.extra AS SELECT 1 AS one',
  ),
  aroundRows(
    'a view over people',
    'auth.people',
    'CREATE VIEW auth.people AS SELECT email, encrypted_password FROM auth.users',
  ),
  aroundRows(
    'a table that does not survive a crash',
    'auth.audit_log_entries',
    'ALTER TABLE auth.audit_log_entries SET UNLOGGED',
  ),
  aroundRows(
    'an option of a table',
    'auth.refresh_tokens',
    'ALTER TABLE auth.refresh_tokens SET (autovacuum_enabled = off)',
  ),
  aroundRows(
    'another replica identity',
    'storage.buckets',
    'ALTER TABLE storage.buckets REPLICA IDENTITY FULL',
  ),
  aroundRows('a changed comment', 'auth.users', `COMMENT ON TABLE auth.users IS 'Accounts.'`),
  aroundRows(
    'a comment too many',
    'auth.sessions.ip',
    `COMMENT ON COLUMN auth.sessions.ip IS 'Not here before.'`,
  ),
  aroundRows(
    'a renamed label of an enum',
    'auth.oauth_authorization_status',
    `ALTER TYPE auth.oauth_authorization_status RENAME VALUE 'expired' TO 'Expired'`,
  ),
  {
    what: 'a renamed label of an enum that rows hold',
    sql: `ALTER TYPE auth.oauth_response_type RENAME VALUE 'code' TO 'token'`,
    tables: ['auth.oauth_authorizations'],
    names: ['auth.oauth_authorizations', 'auth.oauth_response_type'],
  },
  aroundRows(
    'an added label of an enum',
    'auth.aal_level',
    `ALTER TYPE auth.aal_level ADD VALUE 'aal4'`,
  ),
  aroundRows(
    'labels of an enum in another order',
    'storage.buckettype',
    `UPDATE pg_enum SET enumsortorder = -enumsortorder WHERE enumtypid = 'storage.buckettype'::regtype`,
  ),
  aroundRows(
    'a sequence set back',
    'auth.refresh_tokens_id_seq',
    `SELECT setval('auth.refresh_tokens_id_seq', 1)`,
  ),
  aroundRows(
    'a sequence that gives its last value again',
    'auth.refresh_tokens_id_seq',
    `SELECT setval('auth.refresh_tokens_id_seq', last_value - 1, is_called) FROM auth.refresh_tokens_id_seq`,
  ),
  aroundRows(
    'a sequence in other steps',
    'auth.refresh_tokens_id_seq',
    'ALTER SEQUENCE auth.refresh_tokens_id_seq INCREMENT BY 2',
  ),
  aroundRows(
    'a sequence that starts over',
    'auth.refresh_tokens_id_seq',
    'ALTER SEQUENCE auth.refresh_tokens_id_seq CYCLE',
  ),
  aroundRows(
    'a sequence of its own',
    'auth.refresh_tokens_id_seq',
    'ALTER SEQUENCE auth.refresh_tokens_id_seq OWNED BY NONE',
  ),
];
