import type { Client } from 'pg';
import { sessionAt } from './sessions';

const NIL = '00000000-0000-0000-0000-000000000000';
const NIL_INSTANCE = new Set(['auth.users', 'auth.refresh_tokens', 'auth.audit_log_entries']);

/** `schema.table` → how many rows, and the MD5 over their text in order. */
export type Rows = Readonly<Record<string, { readonly rows: number; readonly md5: string }>>;

/** A table of `auth` or `storage` as the catalog has it, its columns by name. */
interface Table {
  readonly table: string;
  readonly columns: readonly string[];
}

const USERS = `SELECT u.id FROM auth.users u WHERE u.raw_app_meta_data ->> 'project_ref' = $1`;
const PROVIDER = `SELECT sso_provider_id FROM auth.saml_providers WHERE entity_id = 'https://idp.' || $1 || '.example/saml'`;
/** A flow without its user may name the one it links to; releases of 2025 have no such column. */
const FLOWS = `SELECT f.id FROM auth.flow_state f
  WHERE f.user_id IN (${USERS}) OR (to_jsonb(f) ->> 'linking_target_id') IN (SELECT id::text FROM (${USERS}) AS u)`;

/** Which rows are a project's where no column of the table says it, by the signals of the studio. */
const MINE: Readonly<Record<string, string>> = {
  'auth.schema_migrations': 'true',
  'storage.migrations': 'true',
  'auth.instances': 'r.id = (SELECT instance_id FROM public.projects WHERE ref = $1)',
  'auth.users': `r.id IN (${USERS})`,
  'auth.flow_state': `r.id IN (${FLOWS})`,
  'auth.oauth_client_states': `r.id::text IN (SELECT to_jsonb(f) ->> 'oauth_client_state_id' FROM auth.flow_state f WHERE f.id IN (${FLOWS}))`,
  'auth.sso_providers': `r.id = (${PROVIDER})`,
  'auth.sso_domains': `r.sso_provider_id = (${PROVIDER})`,
  'auth.saml_providers': `r.sso_provider_id = (${PROVIDER})`,
  'auth.saml_relay_states': `r.sso_provider_id = (${PROVIDER}) AND (r.flow_state_id IS NULL OR r.flow_state_id IN (${FLOWS}))`,
  'auth.custom_oauth_providers': `r.identifier = 'custom:' || $1`,
  'auth.oauth_clients': `starts_with(r.redirect_uris, 'https://' || $1 || '.example/')`,
  'auth.audit_log_entries': `EXISTS (SELECT FROM (${USERS}) AS u WHERE r.payload::text LIKE '%' || u.id || '%')`,
  'auth.mfa_amr_claims': `r.session_id IN (SELECT s.id FROM auth.sessions s WHERE s.user_id IN (${USERS}))`,
  'auth.mfa_challenges': `r.factor_id IN (SELECT f.id FROM auth.mfa_factors f WHERE f.user_id IN (${USERS}))`,
};

/**
 * What a database of the project's own has to hold, read from a studio of any release. For projects
 * after the first two, whose users allow a client in that is not theirs alone.
 */
export async function expectedRows(studio: string, ref: string): Promise<Rows> {
  const literal = `'${ref.replaceAll("'", "''")}'`;
  return sessionAt(studio, (client) =>
    read(client, (table) => ({
      where: predicate(table).replaceAll('$1', literal),
      instanceId: NIL_INSTANCE.has(table.table) ? `'${NIL}'::uuid` : 'r.instance_id',
    })),
  );
}

/** What a database holds, every row of every table. */
export async function actualRows(database: string): Promise<Rows> {
  return sessionAt(database, (client) =>
    read(client, () => ({ where: 'true', instanceId: 'r.instance_id' })),
  );
}

function predicate({ table, columns }: Table): string {
  const mine = MINE[table];
  if (mine !== undefined) return mine;
  if (columns.includes('user_id'))
    return `r.user_id::text IN (SELECT id::text FROM (${USERS}) AS u)`;
  const bucket = ['bucket_id', 'bucket_name', 'name', 'id'].find((name) => columns.includes(name));
  if (!table.startsWith('storage.') || bucket === undefined)
    throw new Error(`nothing tells whose the rows of ${table} are`);
  const named = table === 'storage.buckets' ? 'id' : bucket;
  return `starts_with(r.${named}, $1 || '-')`;
}

async function read(
  client: Client,
  shape: (table: Table) => { readonly where: string; readonly instanceId: string },
): Promise<Rows> {
  const tables = await client.query<Table>(
    `SELECT table_schema || '.' || table_name AS "table",
            array_agg(column_name::text ORDER BY column_name) AS columns
       FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema IN ('auth', 'storage') AND table_type = 'BASE TABLE' GROUP BY 1 ORDER BY 1`,
  );
  const selects = tables.rows.map((table) => {
    const { where, instanceId } = shape(table);
    const fields = table.columns.map((name) =>
      name === 'instance_id' ? instanceId : `r."${name}"`,
    );
    return `SELECT '${table.table}' AS "table", count(*)::int AS rows,
      md5(coalesce(string_agg(md5(line), '' ORDER BY line COLLATE "C"), '')) AS md5
      FROM (SELECT ROW(${fields.join(', ')})::text AS line FROM ${table.table} AS r WHERE ${where}) AS t`;
  });
  const found = await client.query<{ table: string; rows: number; md5: string }>(
    selects.join(' UNION ALL '),
  );
  return Object.fromEntries(found.rows.map(({ table, rows, md5 }) => [table, { rows, md5 }]));
}
