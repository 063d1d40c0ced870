import type { KeySet } from './keys';
import type { DeletedUsers } from './tenancy';
import type { TokenKeys } from './token-keys';

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
  /** Absent where refresh tokens have to be looked through one by one. */
  readonly tokens?: TokenKeys | undefined;
  /** Whether the source has this table, and this column of it. */
  readonly exists: (table: string, column?: string) => boolean;
}

/** A condition over the alias `t` of one table: the row is the project's. */
export type Predicate = (keys: ProjectKeys) => string;

/** Rows of the project's users. */
export const byUser = (keys: ProjectKeys): string => keys.users.has('t.user_id');
/** Rows of the project's buckets. */
export const byBucket = (keys: ProjectKeys): string => keys.buckets.has('t.bucket_id');
/** Until Storage's migration 0048 the key was the bucket's name. */
export const byCatalog =
  (table: string) =>
  (keys: ProjectKeys): string =>
    keys.analyticsBuckets.has(keys.exists(table, 'catalog_id') ? 't.catalog_id' : 't.bucket_id');

/** A key of a row in another table that itself follows its user. */
export function ofUsers(column: string, table: string): Predicate {
  return (keys) =>
    `t.${column} IN (SELECT x.id FROM ${table} AS x WHERE ${keys.users.has('x.user_id')})`;
}

/** Rows of an SSO provider that an identity of a user names. */
export const bySsoProvider =
  (column: string): Predicate =>
  (keys) =>
    keys.identityProviders.has(`'sso:' || t.${column}::text`);

/** Without its flow state the row could do nothing, and not be loaded either. */
export const byFlowState = (keys: ProjectKeys): string =>
  keys.exists('auth.flow_state', 'oauth_client_state_id')
    ? `t.id IN (SELECT x.oauth_client_state_id FROM auth.flow_state AS x WHERE ${keys.flowStates.has('x.id')})`
    : 'false';

/**
 * The payload with escapes taken out that JSON may hold and PostgreSQL cannot turn into text (NUL and
 * lone surrogates): one such row anywhere would fail the predicate for everybody.
 */
export const READABLE = String.raw`(CASE WHEN position('\u' IN t.payload::text) = 0 THEN t.payload
    ELSE regexp_replace(t.payload::text, '\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\n', 'g')::json END)`;

/** The subject of an audit row is its actor, or the user that an admin acted on. */
export const auditRows = (keys: ProjectKeys): string =>
  `(${keys.users.hasText(`${READABLE} ->> 'actor_id'`)}
    OR ${keys.users.hasText(`${READABLE} -> 'traits' ->> 'user_id'`)}
    OR ${keys.instances.has('t.instance_id')})`;

/** Legacy rows have no session, so the text column decides; a row without a user follows its session. */
export const refreshTokens = (keys: ProjectKeys): string =>
  keys.tokens === undefined ? tokensOf(keys) : tokensByIndex(keys, keys.tokens);

/** The same rows, so written that each part can use an index. */
function tokensByIndex({ users }: ProjectKeys, { instances, sessions }: TokenKeys): string {
  return `(t.instance_id = ANY (${instances}) AND ${users.hasText('t.user_id')}
    OR t.instance_id IS NULL AND ${users.hasText('t.user_id')}
    OR t.user_id IS NULL AND ${sessions.has('t.session_id')})`;
}

const tokensOf = (keys: ProjectKeys): string =>
  `(${keys.users.hasText('t.user_id')} OR (t.user_id IS NULL AND t.session_id IN
     (SELECT x.id FROM auth.sessions AS x WHERE ${keys.users.has('x.user_id')})))`;

/** A relay state may wait on a flow state of nobody yet: without its flow it could not be loaded. */
export const relayStates = (keys: ProjectKeys): string =>
  `${bySsoProvider('sso_provider_id')(keys)}
     ${keys.exists('auth.saml_relay_states', 'flow_state_id') ? `AND (t.flow_state_id IS NULL OR ${keys.flowStates.has('t.flow_state_id')})` : ''}`;
