import type { ScopeKind } from '../../../workflows/domain/plan';
import type { KeySet } from './keys';

/** The keys of a project, and what the source has, from which every predicate is built. */
export interface ProjectKeys {
  readonly users: KeySet;
  /** The instance ids that stand for the project, where the tenancy goes by them. */
  readonly instances: KeySet;
  readonly buckets: KeySet;
  readonly analyticsBuckets: KeySet;
  readonly vectorBuckets: KeySet;
  /** Whether the source has this table, and this column of it. */
  readonly exists: (table: string, column?: string) => boolean;
}

/** One table's scope: a predicate over the alias `t`, and the same in words. */
export interface ScopeRule {
  readonly table: string;
  readonly kind: ScopeKind;
  readonly rule: string;
  readonly where: (keys: ProjectKeys) => string;
}

const byUser = (keys: ProjectKeys): string => keys.users.has('t.user_id');
const byBucket = (keys: ProjectKeys): string => keys.buckets.has('t.bucket_id');
const byCatalog = (keys: ProjectKeys): string => keys.analyticsBuckets.has('t.catalog_id');
const always = (): string => 'true';

/** A key found in another table's rows in scope; nothing where the source lacks that table or column. */
function within(column: string, found: string, source: string, where?: string): ScopeRule['where'] {
  return (keys) =>
    keys.exists(source, found)
      ? `t.${column} IN (SELECT x.${found} FROM ${source} AS x WHERE ${where ?? keys.users.has('x.user_id')})`
      : 'false';
}

function anyOf(...rules: readonly ScopeRule['where'][]): ScopeRule['where'] {
  return (keys) => `(${rules.map((rule) => rule(keys)).join(' OR ')})`;
}

const ssoProvidersOf = (column: string): ScopeRule['where'] => (keys) =>
  `t.${column}::text IN (SELECT substr(x.provider, 5) FROM auth.identities AS x
     WHERE x.provider LIKE 'sso:%' AND ${keys.users.has('x.user_id')})`;

const flowStates = (alias: string, keys: ProjectKeys): string => {
  const own = keys.users.has(`${alias}.user_id`);
  if (!keys.exists('auth.flow_state', 'linking_target_id')) return own;
  return `(${own} OR ${keys.users.has(`${alias}.linking_target_id`)})`;
};

/** The subject of an audit row is its actor, or the user that an admin acted on. */
const auditRows = (keys: ProjectKeys): string =>
  `(${keys.users.hasText("t.payload ->> 'actor_id'")}
    OR ${keys.users.hasText("t.payload -> 'traits' ->> 'user_id'")}
    OR ${keys.instances.has('t.instance_id')})`;

/** Legacy rows have no session, so the text column decides; a row without a user follows its session. */
const refreshTokens = (keys: ProjectKeys): string =>
  `(${keys.users.hasText('t.user_id')} OR (t.user_id IS NULL AND t.session_id IN
     (SELECT x.id FROM auth.sessions AS x WHERE ${keys.users.has('x.user_id')})))`;

/** A relay state may wait on a flow state of nobody yet: without its flow it could not be loaded. */
const relayStates = (keys: ProjectKeys): string =>
  `${ssoProvidersOf('sso_provider_id')(keys)} AND (t.flow_state_id IS NULL OR t.flow_state_id IN
     (SELECT x.id FROM auth.flow_state AS x WHERE ${flowStates('x', keys)}))`;

function rule(
  table: string,
  kind: ScopeKind,
  words: string,
  where: ScopeRule['where'],
): ScopeRule {
  return { table, kind, rule: words, where };
}

/**
 * The scope of every table of `auth` and `storage`, in an order in which their rows can be loaded
 * with foreign keys on (there is no cycle).
 */
export const SCOPE_RULES: readonly ScopeRule[] = [
  rule('auth.schema_migrations', 'bookkeeping', 'verbatim', always),
  rule('auth.instances', 'shared', 'id = instance_id of a user of the project',
    (keys) => `t.id IN (SELECT x.instance_id FROM auth.users AS x WHERE ${keys.users.has('x.id')})`),
  rule('auth.users', 'root', 'the tenancy of users', (keys) => keys.users.has('t.id')),
  rule('auth.sso_providers', 'shared', "named by an identity of a user ('sso:<id>')", ssoProvidersOf('id')),
  rule('auth.custom_oauth_providers', 'shared', "named by an identity of a user ('custom:…')",
    within('identifier', 'provider', 'auth.identities')),
  rule('auth.oauth_clients', 'shared', 'used by a consent, session or authorization of a user',
    anyOf(
      within('id', 'client_id', 'auth.oauth_consents'),
      within('id', 'oauth_client_id', 'auth.sessions'),
      within('id', 'client_id', 'auth.oauth_authorizations'),
    )),
  rule('auth.flow_state', 'owned', 'user_id or linking_target_id → auth.users.id', (keys) => flowStates('t', keys)),
  rule('auth.oauth_client_states', 'owned', 'id ← auth.flow_state.oauth_client_state_id of a user',
    (keys) => within('id', 'oauth_client_state_id', 'auth.flow_state', flowStates('x', keys))(keys)),
  rule('auth.audit_log_entries', 'owned', 'payload: actor_id or traits.user_id → auth.users.id', auditRows),
  rule('auth.identities', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.mfa_factors', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.sessions', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.oauth_consents', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.oauth_authorizations', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.one_time_tokens', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.webauthn_credentials', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.webauthn_challenges', 'owned', 'user_id → auth.users.id', byUser),
  rule('auth.saml_providers', 'shared', 'sso_provider_id → auth.sso_providers.id', ssoProvidersOf('sso_provider_id')),
  rule('auth.sso_domains', 'shared', 'sso_provider_id → auth.sso_providers.id', ssoProvidersOf('sso_provider_id')),
  rule('auth.saml_relay_states', 'shared', 'sso_provider_id → auth.sso_providers.id, flow_state_id → auth.flow_state.id', relayStates),
  rule('auth.mfa_amr_claims', 'owned', 'session_id → auth.sessions.id → auth.users.id', within('session_id', 'id', 'auth.sessions')),
  rule('auth.refresh_tokens', 'owned', 'user_id (text) → auth.users.id, else session_id → auth.sessions.id', refreshTokens),
  rule('auth.mfa_challenges', 'owned', 'factor_id → auth.mfa_factors.id → auth.users.id', within('factor_id', 'id', 'auth.mfa_factors')),
  rule('storage.migrations', 'bookkeeping', 'verbatim', always),
  rule('storage.buckets', 'root', 'the tenancy of buckets', (keys) => keys.buckets.has('t.id')),
  rule('storage.buckets_analytics', 'root', 'the tenancy of buckets', (keys) => keys.analyticsBuckets.has('t.id')),
  rule('storage.buckets_vectors', 'root', 'the tenancy of buckets', (keys) => keys.vectorBuckets.has('t.id')),
  rule('storage.objects', 'owned', 'bucket_id → storage.buckets.id', byBucket),
  rule('storage.s3_multipart_uploads', 'owned', 'bucket_id → storage.buckets.id', byBucket),
  rule('storage.vector_indexes', 'owned', 'bucket_id → storage.buckets_vectors.id',
    (keys) => keys.vectorBuckets.has('t.bucket_id')),
  rule('storage.iceberg_namespaces', 'owned', 'catalog_id → storage.buckets_analytics.id', byCatalog),
  rule('storage.s3_multipart_uploads_parts', 'owned', 'bucket_id → storage.buckets.id', byBucket),
  rule('storage.iceberg_tables', 'owned', 'catalog_id → storage.buckets_analytics.id', byCatalog),
];

/** The rule of a table, or `undefined` for a table that no rule covers. */
export function ruleOf(table: string): ScopeRule | undefined {
  return SCOPE_RULES.find((candidate) => candidate.table === table);
}
