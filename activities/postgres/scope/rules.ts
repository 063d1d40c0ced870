import type { ScopeKind } from '../../../workflows/domain/plan';
import {
  auditRows,
  byBucket,
  byCatalog,
  byFlowState,
  bySsoProvider,
  byUser,
  ofUsers,
  refreshTokens,
  relayStates,
  type Predicate,
} from './predicates';

/** One table's scope: a predicate over the alias `t`, and the same in words. */
export interface ScopeRule {
  readonly table: string;
  readonly kind: ScopeKind;
  readonly rule: string;
  readonly where: Predicate;
}

const root = (table: string, rule: string, where: Predicate): ScopeRule => ({
  table,
  kind: 'root',
  rule,
  where,
});
const owned = (table: string, rule: string, where: Predicate): ScopeRule => ({
  table,
  kind: 'owned',
  rule,
  where,
});
const shared = (table: string, rule: string, where: Predicate): ScopeRule => ({
  table,
  kind: 'shared',
  rule,
  where,
});
/** Of no use once they have expired: services delete such rows themselves, within minutes or days. */
const ephemeral = (table: string, rule: string, where: Predicate): ScopeRule => ({
  table,
  kind: 'ephemeral',
  rule,
  where,
});
const bookkeeping = (table: string): ScopeRule => ({
  table,
  kind: 'bookkeeping',
  rule: 'verbatim',
  where: () => 'true',
});

/** The scope of every table that releases of Supabase's Auth and Storage have in `auth` and `storage`. */
export const BUILT_IN_RULES: readonly ScopeRule[] = [
  bookkeeping('auth.schema_migrations'),
  shared('auth.instances', 'id = instance_id of a user of the project', (keys) =>
    keys.instanceRows.has('t.id'),
  ),
  root('auth.users', 'the tenancy of users', (keys) => keys.users.has('t.id')),
  shared('auth.sso_providers', "named by an identity of a user ('sso:<id>')", bySsoProvider('id')),
  shared('auth.custom_oauth_providers', "named by an identity of a user ('custom:…')", (keys) =>
    keys.identityProviders.has('t.identifier'),
  ),
  shared('auth.oauth_clients', 'used by a consent, session or authorization of a user', (keys) =>
    keys.oauthClients.has('t.id'),
  ),
  ephemeral('auth.flow_state', 'user_id or linking_target_id → auth.users.id', (keys) =>
    keys.flowStates.has('t.id'),
  ),
  ephemeral(
    'auth.oauth_client_states',
    'id ← auth.flow_state.oauth_client_state_id of a user',
    byFlowState,
  ),
  owned('auth.audit_log_entries', 'payload: actor_id or traits.user_id → auth.users.id', auditRows),
  owned('auth.identities', 'user_id → auth.users.id', byUser),
  owned('auth.mfa_factors', 'user_id → auth.users.id', byUser),
  owned('auth.sessions', 'user_id → auth.users.id', byUser),
  owned('auth.oauth_consents', 'user_id → auth.users.id', byUser),
  ephemeral('auth.oauth_authorizations', 'user_id → auth.users.id', byUser),
  ephemeral('auth.one_time_tokens', 'user_id → auth.users.id', byUser),
  owned('auth.webauthn_credentials', 'user_id → auth.users.id', byUser),
  ephemeral('auth.webauthn_challenges', 'user_id → auth.users.id', byUser),
  shared(
    'auth.saml_providers',
    'sso_provider_id → auth.sso_providers.id',
    bySsoProvider('sso_provider_id'),
  ),
  shared(
    'auth.sso_domains',
    'sso_provider_id → auth.sso_providers.id',
    bySsoProvider('sso_provider_id'),
  ),
  ephemeral(
    'auth.saml_relay_states',
    'sso_provider_id → auth.sso_providers.id, flow_state_id → auth.flow_state.id',
    relayStates,
  ),
  owned(
    'auth.mfa_amr_claims',
    'session_id → auth.sessions.id → auth.users.id',
    ofUsers('session_id', 'auth.sessions'),
  ),
  owned(
    'auth.refresh_tokens',
    'user_id (text) → auth.users.id, else session_id → auth.sessions.id',
    refreshTokens,
  ),
  ephemeral(
    'auth.mfa_challenges',
    'factor_id → auth.mfa_factors.id → auth.users.id',
    ofUsers('factor_id', 'auth.mfa_factors'),
  ),
  bookkeeping('storage.migrations'),
  root('storage.buckets', 'the tenancy of buckets', (keys) => keys.buckets.has('t.id')),
  root('storage.buckets_analytics', 'the tenancy of buckets', (keys) =>
    keys.analyticsBuckets.has('t.id'),
  ),
  root('storage.buckets_vectors', 'the tenancy of buckets', (keys) =>
    keys.vectorBuckets.has('t.id'),
  ),
  owned('storage.objects', 'bucket_id → storage.buckets.id', byBucket),
  // From Storage's migration 0070.
  ephemeral('storage.bucket_lifecycle_states', 'bucket_id → storage.buckets.id', byBucket),
  // Until Storage's migration 0050.
  owned('storage.prefixes', 'bucket_id → storage.buckets.id', byBucket),
  ephemeral('storage.s3_multipart_uploads', 'bucket_id → storage.buckets.id', byBucket),
  owned('storage.vector_indexes', 'bucket_id → storage.buckets_vectors.id', (keys) =>
    keys.vectorBuckets.has('t.bucket_id'),
  ),
  owned(
    'storage.iceberg_namespaces',
    'catalog_id → storage.buckets_analytics.id',
    byCatalog('storage.iceberg_namespaces'),
  ),
  ephemeral('storage.s3_multipart_uploads_parts', 'bucket_id → storage.buckets.id', byBucket),
  owned(
    'storage.iceberg_tables',
    'catalog_id → storage.buckets_analytics.id',
    byCatalog('storage.iceberg_tables'),
  ),
];
