import { aroundRows, inRows, type Corruption } from '../corruption';

const TWO_SESSIONS = `
  WITH two AS (SELECT min(id::text)::uuid AS a, max(id::text)::uuid AS b
                 FROM auth.sessions WHERE user_agent LIKE 'Mozilla%')`;

/** Puts a row of another project, given as JSON, into the table it comes from. */
const insert = (table: string, row: string): string =>
  `INSERT INTO ${table} SELECT * FROM json_populate_record(NULL::${table}, $row$${row}$row$)`;

/** Which rows there are, and how often: what sums, counts and sets of keys do not see. */
export const ROW_SETS: readonly Corruption[] = [
  inRows(
    'two rows that exchanged a value',
    'auth.sessions',
    `${TWO_SESSIONS}
     UPDATE auth.sessions AS s SET user_agent = other.user_agent FROM two, auth.sessions AS other
      WHERE s.id IN (a, b) AND other.id IN (a, b) AND other.id <> s.id`,
  ),
  inRows(
    'two columns that exchanged a value',
    'auth.sessions',
    `${TWO_SESSIONS}
     UPDATE auth.sessions SET created_at = updated_at, updated_at = created_at FROM two WHERE id = a`,
  ),
  inRows(
    'a row twice, with keys that differ',
    'auth.mfa_challenges',
    `INSERT INTO auth.mfa_challenges
     SELECT gen_random_uuid(), factor_id, created_at, verified_at, ip_address, otp_code, web_authn_session_data
       FROM auth.mfa_challenges LIMIT 1`,
  ),
  {
    ...inRows(
      'a row twice where the primary key is gone',
      'auth.audit_log_entries',
      `ALTER TABLE auth.audit_log_entries DROP CONSTRAINT audit_log_entries_pkey;
       INSERT INTO auth.audit_log_entries SELECT * FROM auth.audit_log_entries LIMIT 1`,
    ),
    names: ['auth.audit_log_entries', 'audit_log_entries_pkey'],
  },
  inRows(
    'a row twice behind a primary key that does not know of it',
    'auth.mfa_amr_claims',
    `UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = 'auth.mfa_amr_claims'::regclass;
     INSERT INTO auth.mfa_amr_claims SELECT * FROM auth.mfa_amr_claims LIMIT 1;
     UPDATE pg_index SET indisready = true, indisvalid = true WHERE indrelid = 'auth.mfa_amr_claims'::regclass`,
  ),
  inRows(
    'one row twice instead of another once',
    'auth.mfa_amr_claims',
    `UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = 'auth.mfa_amr_claims'::regclass;
     DELETE FROM auth.mfa_amr_claims WHERE id = (SELECT max(id::text)::uuid FROM auth.mfa_amr_claims);
     INSERT INTO auth.mfa_amr_claims SELECT * FROM auth.mfa_amr_claims ORDER BY id LIMIT 1;
     UPDATE pg_index SET indisready = true, indisvalid = true WHERE indrelid = 'auth.mfa_amr_claims'::regclass`,
  ),
  inRows(
    'a missing row',
    'storage.objects',
    `DELETE FROM storage.objects WHERE id = (SELECT id FROM storage.objects ORDER BY id LIMIT 1)`,
  ),
  inRows('no row at all', 'auth.identities', 'DELETE FROM auth.identities'),
  {
    ...inRows(
      'a missing bucket',
      'storage.buckets',
      `DELETE FROM storage.buckets WHERE id = (SELECT bucket_id FROM storage.objects
        WHERE bucket_id IS NOT NULL GROUP BY 1 ORDER BY count(*) LIMIT 1)`,
    ),
    names: ['storage.buckets', 'objects_bucketId_fkey'],
  },
  inRows(
    'a missing row of bookkeeping',
    'storage.migrations',
    'DELETE FROM storage.migrations WHERE id = (SELECT max(id) FROM storage.migrations)',
  ),
  inRows(
    'a version too many in bookkeeping',
    'auth.schema_migrations',
    `INSERT INTO auth.schema_migrations VALUES ('20990101000000')`,
  ),
  inRows(
    'a row where there was none',
    'storage.vector_indexes',
    `INSERT INTO storage.vector_indexes (name, bucket_id, data_type, dimension, distance_metric)
     SELECT 'extra', id, 'float32', 3, 'cosine' FROM storage.buckets_vectors`,
  ),
  inRows('a row of the neighbour', 'storage.buckets', ({ neighbour }) =>
    insert('storage.buckets', neighbour('storage.buckets')),
  ),
  inRows(
    "the neighbour's row instead of one's own",
    'auth.instances',
    ({ neighbour }) =>
      `DELETE FROM auth.instances; ${insert('auth.instances', neighbour('auth.instances'))}`,
  ),
  inRows(
    'rows of a table that inherits',
    'auth.audit_log_entries',
    `CREATE TABLE public.more () INHERITS (auth.audit_log_entries);
     INSERT INTO public.more (id, payload) VALUES (gen_random_uuid(), '{}')`,
  ),
  {
    ...inRows(
      'an orphan behind a valid constraint',
      'auth.mfa_factors',
      'DELETE FROM auth.mfa_factors WHERE id = (SELECT factor_id FROM auth.mfa_challenges LIMIT 1)',
    ),
    names: ['auth.mfa_factors', 'mfa_challenges_auth_factor_id_fkey'],
  },
  aroundRows(
    'a stale value of a generated column',
    'storage.objects',
    `UPDATE pg_attribute SET attgenerated = ''
      WHERE attrelid = 'storage.objects'::regclass AND attname = 'path_tokens';
     UPDATE storage.objects SET path_tokens = '{stale}' WHERE name LIKE '%double%';
     UPDATE pg_attribute SET attgenerated = 's'
      WHERE attrelid = 'storage.objects'::regclass AND attname = 'path_tokens'`,
  ),
];
