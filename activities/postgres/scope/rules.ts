import type { ScopeKind } from '../../../workflows/domain/plan';
import { literal } from '../identifiers';
import { among, type KeySet, type TokenKeys } from './keys';
import type { DeletedUsers } from './tenancy';

/** The keys of a project, and what the source has, from which every predicate is built. */
export interface ProjectKeys {
  readonly users: KeySet;
  /** The soft-deleted users that carry no ref; absent if there are none. */
  readonly deleted?: DeletedUsers | undefined;
  /** The instance ids that stand for the project, where the tenancy goes by them. */
  readonly instances: KeySet;
  readonly buckets: KeySet;
  readonly analyticsBuckets: KeySet;
  readonly vectorBuckets: KeySet;
  /** Rows of `auth.instances` that users name. */
  readonly instanceRows: KeySet;
  /** `sso:<id>` and `custom:<identifier>` as identities name them. */
  readonly identityProviders: KeySet;
  readonly oauthClients: KeySet;
  readonly flowStates: KeySet;
  /** Absent if refresh tokens have to be looked through one by one. */
  readonly tokens?: TokenKeys | undefined;
  /** Whether the source has this table, and this column of it. */
  readonly exists: (table: string, column?: string) => boolean;
  /** How many bytes the rows of a table take, of all projects; absent if that was not asked. */
  readonly bytesOf?: (table: string) => number;
}

/** A condition over the alias `t` of one table: the row is the project's. */
export type Predicate = (keys: ProjectKeys) => string;

/** Rows of the project's users. */
const byUser = (keys: ProjectKeys): string => keys.users.has('t.user_id');
/** Rows of the project's buckets. */
const byBucket = (keys: ProjectKeys): string => keys.buckets.has('t.bucket_id');
/** Until Storage's migration 0048 the key was the bucket's name. */
const byCatalog =
  (table: string) =>
  (keys: ProjectKeys): string =>
    keys.analyticsBuckets.has(keys.exists(table, 'catalog_id') ? 't.catalog_id' : 't.bucket_id');

/** A key of a row in another table that itself follows its user. */
function ofUsers(column: string, table: string): Predicate {
  return ({ users }) => {
    const theirs = `SELECT x.id FROM ${table} AS x WHERE ${users.has('x.user_id')}`;
    return users.isList ? `t.${column} IN (${theirs})` : among(`t.${column}`, theirs);
  };
}

/** Rows of an SSO provider that an identity of a user names. */
const bySsoProvider =
  (column: string): Predicate =>
  (keys) =>
    keys.identityProviders.has(`'sso:' || t.${column}::text`);

/** Without its flow state the row could do nothing, and not be loaded either. */
const byFlowState = (keys: ProjectKeys): string =>
  keys.exists('auth.flow_state', 'oauth_client_state_id')
    ? `t.id IN (SELECT x.oauth_client_state_id FROM auth.flow_state AS x WHERE ${keys.flowStates.has('x.id')})`
    : 'false';

/**
 * The payload with escapes taken out that JSON may hold and PostgreSQL cannot turn into text (NUL and
 * lone surrogates): one such row anywhere would fail the predicate for everyone.
 */
export const READABLE = String.raw`(CASE WHEN position('\u' IN t.payload::text) = 0 THEN t.payload
    ELSE regexp_replace(t.payload::text, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\n', 'g')::json END)`;

/** The subject of an audit row is its actor, or the user that an admin acted on. */
const auditRows = (keys: ProjectKeys): string =>
  `(${isShortLog(keys) ? looksForUsers(keys.users) : namesUsers(keys.users)}
    OR ${keys.instances.has('t.instance_id')})`;

/** PostgreSQL makes a hash of many users for each side of the OR. */
const namesUsers = (users: KeySet): string =>
  `${users.hasText(`${READABLE} ->> 'actor_id'`)}
    OR ${users.hasText(`${READABLE} -> 'traits' ->> 'user_id'`)}`;

/** Each row looks for the users that it names. */
const looksForUsers = (users: KeySet): string =>
  `EXISTS (SELECT FROM (SELECT ${READABLE} AS payload OFFSET 0) AS p,
      unnest(ARRAY[p.payload ->> 'actor_id', p.payload -> 'traits' ->> 'user_id']) AS n (id),
      auth.users AS m
    WHERE m.id = CASE WHEN n.id ~ ${literal(CANONICAL_UUID)} THEN n.id::uuid END AND (${users.hasRow('m')}) IS TRUE)`;

/**
 * Bytes of the log for each user, below which its rows look for their users: to hash a user twice costs as much as
 * a fifth of such a row, which has about 300 bytes (measured with 1,000,000 users).
 */
const LOG_BYTES_PER_USER = 60;

const isShortLog = ({ users, bytesOf }: ProjectKeys): boolean =>
  !users.isList &&
  bytesOf !== undefined &&
  bytesOf('auth.audit_log_entries') < LOG_BYTES_PER_USER * users.count;

/** How PostgreSQL writes a uuid. */
const CANONICAL_UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** Legacy rows have no session, so the text column decides; a row without a user follows its session. */
const refreshTokens = (keys: ProjectKeys): string =>
  keys.tokens === undefined ? tokensOf(keys) : tokensByIndex(keys, keys.tokens);

/** The rule's rows as a predicate of which each part can use an index. */
function tokensByIndex({ users }: ProjectKeys, { instances, sessions }: TokenKeys): string {
  return `(t.instance_id = ANY (${instances}) AND ${users.hasText('t.user_id')}
    OR t.instance_id IS NULL AND ${users.hasText('t.user_id')}
    OR t.user_id IS NULL AND ${sessions.has('t.session_id')})`;
}

/** Without OR, so that PostgreSQL can join: a hash of many keys for an OR has no bound in memory. */
const tokensOf = (keys: ProjectKeys): string =>
  keys.users.hasText(`coalesce(t.user_id,
     (SELECT x.user_id::text FROM auth.sessions AS x WHERE x.id = t.session_id))`);

/** A relay state may wait on a flow state of no one yet: without its flow it could not be loaded. */
const relayStates = (keys: ProjectKeys): string =>
  `${bySsoProvider('sso_provider_id')(keys)}
     ${keys.exists('auth.saml_relay_states', 'flow_state_id') ? `AND (t.flow_state_id IS NULL OR ${keys.flowStates.has('t.flow_state_id')})` : ''}`;

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
  root('auth.users', 'the tenancy of users', (keys) => keys.users.hasRow('t')),
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
