import { withSession } from './databases';

const NIL = '00000000-0000-0000-0000-000000000000';

/** `schema.table` → how many rows, and the MD5 over their text in order. */
export type Rows = Readonly<Record<string, { readonly rows: number; readonly md5: string }>>;

/** Tables whose `instance_id` is nil in a database of one's own. */
const NIL_INSTANCE = new Set(['auth.users', 'auth.refresh_tokens', 'auth.audit_log_entries']);

const USERS = `SELECT u.id FROM auth.users u WHERE u.raw_app_meta_data ->> 'project_ref' = $1`;
const PROVIDER = `SELECT sso_provider_id FROM auth.saml_providers WHERE entity_id = 'https://idp.' || $1 || '.example/saml'`;
const FLOWS = `SELECT f.id FROM auth.flow_state f WHERE f.user_id IN (${USERS}) OR f.linking_target_id IN (${USERS})`;
const OF_USER = `r.user_id IN (${USERS})`;
const OF_BUCKET = `starts_with(r.bucket_id, $1 || '-') AND NOT starts_with(r.bucket_id, $1 || '-x-')`;
const LAKE = `r.bucket_name = $1 || '-warehouse'`;

/** Which rows are the project's, by the signals that the studio itself gives, table by table. */
const MINE: Readonly<Record<string, string>> = {
  'auth.schema_migrations': 'true',
  'auth.instances': 'r.id = (SELECT instance_id FROM public.projects WHERE ref = $1)',
  'auth.users': `r.id IN (${USERS})`,
  'auth.identities': OF_USER,
  'auth.mfa_factors': OF_USER,
  'auth.sessions': OF_USER,
  'auth.oauth_consents': OF_USER,
  'auth.oauth_authorizations': OF_USER,
  'auth.one_time_tokens': OF_USER,
  'auth.webauthn_credentials': OF_USER,
  'auth.webauthn_challenges': OF_USER,
  'auth.flow_state': `r.id IN (${FLOWS})`,
  'auth.oauth_client_states': `EXISTS (SELECT FROM auth.flow_state f WHERE f.oauth_client_state_id = r.id AND f.id IN (${FLOWS}))`,
  'auth.sso_providers': `r.id = (${PROVIDER})`,
  'auth.sso_domains': `r.domain IN ($1 || '.Example', 'login.' || $1 || '.Example')`,
  'auth.saml_providers': `r.sso_provider_id = (${PROVIDER})`,
  'auth.saml_relay_states': `r.sso_provider_id = (${PROVIDER}) AND (r.flow_state_id IS NULL OR r.flow_state_id IN (${FLOWS}))`,
  'auth.custom_oauth_providers': `r.identifier = 'custom:' || $1`,
  'auth.oauth_clients': `starts_with(r.redirect_uris, 'https://' || $1 || '.example/') OR r.client_name = 'Shared by two projects'`,
  'auth.audit_log_entries': `EXISTS (SELECT FROM (${USERS}) AS u WHERE r.payload::text LIKE '%' || u.id || '%')`,
  'auth.mfa_amr_claims': `r.session_id IN (SELECT s.id FROM auth.sessions s WHERE s.user_id IN (${USERS}))`,
  'auth.mfa_challenges': `r.factor_id IN (SELECT f.id FROM auth.mfa_factors f WHERE f.user_id IN (${USERS}))`,
  'auth.refresh_tokens': `EXISTS (SELECT FROM (${USERS}) AS u WHERE u.id::text = r.user_id)`,
  'storage.migrations': 'true',
  'storage.buckets': `starts_with(r.id, $1 || '-') AND NOT starts_with(r.id, $1 || '-x-')`,
  'storage.objects': OF_BUCKET,
  'storage.s3_multipart_uploads': OF_BUCKET,
  'storage.s3_multipart_uploads_parts': OF_BUCKET,
  'storage.buckets_analytics': `r.name = $1 || '-warehouse'`,
  'storage.iceberg_namespaces': LAKE,
  'storage.iceberg_tables': LAKE,
  'storage.buckets_vectors': `r.id = $1 || '-embeddings'`,
  'storage.vector_indexes': `r.bucket_id = $1 || '-embeddings'`,
};

/** The tables of a project, all 33. */
export const TABLES: readonly string[] = Object.keys(MINE).sort();

/** What a database of the project's own has to hold, read from the studio. */
export async function expectedRows(source: string, ref: string): Promise<Rows> {
  const literal = `'${ref.replaceAll("'", "''")}'`;
  return read(source, (table) => (MINE[table] ?? 'false').replaceAll('$1', literal), NIL);
}

/** What a database holds, every row of every table. */
export async function actualRows(database: string): Promise<Rows> {
  return read(database, () => 'true');
}

async function read(
  database: string,
  where: (table: string) => string,
  instanceId?: string,
): Promise<Rows> {
  return withSession(database, async (client) => {
    const columns = await client.query<{ table: string; columns: readonly string[] }>(
      `SELECT table_schema || '.' || table_name AS "table",
              array_agg(quote_ident(column_name)::text ORDER BY column_name) AS columns
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema IN ('auth', 'storage') AND table_type = 'BASE TABLE'
        GROUP BY 1 ORDER BY 1`,
    );
    const selects = columns.rows.map(({ table, columns: names }) => {
      const fields = names.map((name) =>
        name === 'instance_id' && instanceId !== undefined && NIL_INSTANCE.has(table)
          ? `'${instanceId}'::uuid`
          : `r.${name}`,
      );
      return `SELECT '${table}' AS "table", count(*)::int AS rows,
        md5(coalesce(string_agg(md5(row_text), '' ORDER BY row_text COLLATE "C"), '')) AS md5
        FROM (SELECT ROW(${fields.join(', ')})::text AS row_text FROM ${table} AS r WHERE ${where(table)}) AS t`;
    });
    const found = await client.query<{ table: string; rows: number; md5: string }>(
      selects.join(' UNION ALL '),
    );
    return Object.fromEntries(found.rows.map(({ table, rows, md5 }) => [table, { rows, md5 }]));
  });
}
