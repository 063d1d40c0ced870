import { aroundRows, type Corruption } from '../corruption';

const OTHER_KEY = `
  ALTER TABLE auth.sessions DROP CONSTRAINT sessions_user_id_fkey,
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users (id)`;

/** Constraints and indexes: what keeps rows right. */
export const CONSTRAINTS: readonly Corruption[] = [
  aroundRows(
    'a foreign key left NOT VALID',
    'sessions_user_id_fkey',
    `${OTHER_KEY} ON DELETE CASCADE NOT VALID`,
  ),
  aroundRows(
    'a foreign key that deletes nothing',
    'sessions_user_id_fkey',
    `${OTHER_KEY} ON DELETE RESTRICT`,
  ),
  aroundRows(
    'a foreign key that waits',
    'sessions_user_id_fkey',
    `${OTHER_KEY} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED`,
  ),
  aroundRows(
    'a dropped foreign key',
    'refresh_tokens_session_id_fkey',
    'ALTER TABLE auth.refresh_tokens DROP CONSTRAINT refresh_tokens_session_id_fkey',
  ),
  aroundRows(
    'a check left NOT VALID',
    'one_time_tokens_token_hash_check',
    `ALTER TABLE auth.one_time_tokens DROP CONSTRAINT one_time_tokens_token_hash_check,
       ADD CONSTRAINT one_time_tokens_token_hash_check CHECK (char_length(token_hash) > 0) NOT VALID`,
  ),
  aroundRows(
    'a dropped check',
    'buckets_versioning_status_check',
    'ALTER TABLE storage.buckets DROP CONSTRAINT buckets_versioning_status_check',
  ),
  aroundRows(
    'a laxer check',
    'oauth_consents_scopes_length',
    `ALTER TABLE auth.oauth_consents DROP CONSTRAINT oauth_consents_scopes_length,
       ADD CONSTRAINT oauth_consents_scopes_length CHECK (char_length(scopes) <= 20480)`,
  ),
  aroundRows(
    'a dropped primary key',
    'flow_state_pkey',
    'ALTER TABLE auth.flow_state DROP CONSTRAINT flow_state_pkey CASCADE',
  ),
  aroundRows(
    'a dropped unique constraint',
    'identities_provider_id_provider_unique',
    'ALTER TABLE auth.identities DROP CONSTRAINT identities_provider_id_provider_unique',
  ),
  aroundRows(
    'a dropped unique index',
    'auth.users_email_partial_key',
    'DROP INDEX auth.users_email_partial_key',
  ),
  aroundRows(
    'a unique index that no longer is',
    'storage.bucketid_objname',
    `DROP INDEX storage.bucketid_objname;
     CREATE INDEX bucketid_objname ON storage.objects (bucket_id, name)`,
  ),
  aroundRows(
    'an index without its WHERE',
    'auth.oauth_auth_pending_exp_idx',
    `DROP INDEX auth.oauth_auth_pending_exp_idx;
     CREATE INDEX oauth_auth_pending_exp_idx ON auth.oauth_authorizations (expires_at)`,
  ),
  aroundRows(
    'an index of another operator class',
    'storage.name_prefix_search',
    `DROP INDEX storage.name_prefix_search; CREATE INDEX name_prefix_search ON storage.objects (name)`,
  ),
  aroundRows(
    'an index too many',
    'auth.extra_idx',
    'CREATE INDEX extra_idx ON auth.sessions (aal)',
  ),
  aroundRows(
    'an invalid index',
    'users_instance_id_idx',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth.users_instance_id_idx'::regclass`,
  ),
  aroundRows(
    'an invalid index of a primary key',
    'sessions_pkey',
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth.sessions_pkey'::regclass`,
  ),
];
