import { createHash } from 'node:crypto';
import { cut } from './texts';

/** A value on its way into a row; `undefined`: the row cannot be. */
type Cell = string | null | undefined;

/** Where a value stands, and what the row may refer to. */
export interface Place {
  readonly projectRef: string;
  /** A uuid that is this row's alone. */
  readonly own: string;
  /** The value by the column's type alone. */
  readonly cell: string | null;
  /** The key of some row of the same project in another table; `undefined` where it has none. */
  readonly some: (table: string) => string | undefined;
  /** One of these. */
  readonly one: (...values: readonly string[]) => string;
}

type Rule = (place: Place) => Cell;

const own: Rule = (place) => place.own;
/** NULL and the empty text may repeat; everything else is made unique. */
const unique: Rule = ({ cell, own: id }) =>
  cell === null || cell === '' ? cell : `${cut(cell, 60)}${id}`;
const filled: Rule = ({ cell, own: id }) => `${cut(cell ?? '', 60)}${id}`;
const notEmpty: Rule = ({ cell, own: id }) => (cell === null || cell === '' ? id : cell);
const of =
  (table: string): Rule =>
  ({ some }) =>
    some(table);
const maybe =
  (table: string): Rule =>
  ({ cell, some }) =>
    cell === null ? null : (some(table) ?? null);
const oneOf =
  (...values: readonly string[]): Rule =>
  ({ one }) =>
    one(...values);
const url: Rule = ({ cell }) => (cell === null ? null : `https://${cut(cell, 40)}`);
const ofProject: Rule = ({ projectRef, cell, own: id }) =>
  `${projectRef}-${cut(cell ?? '', 20)}${id}`;
const users = of('auth.users');

/** What foreign keys, checks, unique keys and the tenancy ask of values. All others are free. */
export const RULES: Readonly<Record<string, Rule>> = {
  'auth.instances.id': own,
  'auth.users.id': own,
  'auth.users.instance_id': ({ cell, some, one }) =>
    one(some('auth.instances') ?? '', cell ?? '') || null,
  'auth.users.email': unique,
  'auth.users.phone': unique,
  'auth.users.confirmation_token': unique,
  'auth.users.recovery_token': unique,
  'auth.users.email_change_token_new': unique,
  'auth.users.email_change_token_current': unique,
  'auth.users.reauthentication_token': unique,
  'auth.users.email_change_confirm_status': oneOf('0', '1', '2'),
  'auth.users.raw_app_meta_data': ({ cell, projectRef }) =>
    `{"other": ${cell ?? 'null'}, "project_ref": "${projectRef}"}`,
  'auth.identities.id': own,
  'auth.identities.user_id': users,
  'auth.identities.provider_id': filled,
  'auth.identities.provider': ({ cell, some, one }) => {
    const sso = some('auth.sso_providers');
    const custom = some('auth.custom_oauth_providers');
    return one('email', cell ?? '', sso === undefined ? '' : `sso:${sso}`, custom ?? '');
  },
  'auth.identities.identity_data': ({ cell, own: id }) =>
    `{"email": "${id}@Example.org", "is": ${cell ?? '1'}}`,
  'auth.one_time_tokens.id': own,
  'auth.one_time_tokens.user_id': users,
  'auth.one_time_tokens.token_hash': filled,
  'auth.audit_log_entries.id': own,
  'auth.audit_log_entries.payload': ({ cell, some, one }) =>
    one(`{"is": ${cell ?? 'null'} , "actor_id":"${some('auth.users') ?? ''}"}`, cell ?? 'null'),
  'auth.oauth_clients.id': own,
  'auth.oauth_clients.token_endpoint_auth_method': oneOf(
    'client_secret_basic',
    'client_secret_post',
    'none',
  ),
  'auth.oauth_client_states.id': own,
  'auth.oauth_authorizations.id': own,
  'auth.oauth_authorizations.client_id': of('auth.oauth_clients'),
  'auth.oauth_authorizations.user_id': maybe('auth.users'),
  'auth.oauth_authorizations.authorization_id': filled,
  'auth.oauth_authorizations.authorization_code': unique,
  'auth.oauth_authorizations.created_at': oneOf(
    '-infinity',
    '0044-03-15 12:00:00.1+00 BC',
    '1999-12-31 23:59:59.999999+00',
  ),
  'auth.oauth_authorizations.expires_at': oneOf(
    'infinity',
    '2000-01-01 00:00:00+00',
    '294276-12-31 23:59:59.999999+00',
  ),
  'auth.oauth_consents.id': own,
  'auth.oauth_consents.user_id': users,
  'auth.oauth_consents.client_id': of('auth.oauth_clients'),
  'auth.oauth_consents.scopes': filled,
  'auth.oauth_consents.granted_at': oneOf('-infinity', '1999-12-31 23:59:59.999999+00'),
  'auth.oauth_consents.revoked_at': ({ cell, one }) =>
    cell === null ? null : one('infinity', '2000-01-01 00:00:00+00'),
  'auth.custom_oauth_providers.id': own,
  'auth.custom_oauth_providers.provider_type': () => 'oidc',
  'auth.custom_oauth_providers.identifier': ({ own: id }) => `custom:${id}`,
  'auth.custom_oauth_providers.name': filled,
  'auth.custom_oauth_providers.client_id': filled,
  'auth.custom_oauth_providers.issuer': ({ own: id }) => `https://${id}`,
  'auth.custom_oauth_providers.discovery_url': url,
  'auth.custom_oauth_providers.authorization_url': url,
  'auth.custom_oauth_providers.token_url': url,
  'auth.custom_oauth_providers.userinfo_url': url,
  'auth.custom_oauth_providers.jwks_uri': url,
  'auth.flow_state.id': own,
  'auth.flow_state.user_id': maybe('auth.users'),
  'auth.flow_state.linking_target_id': maybe('auth.users'),
  'auth.flow_state.oauth_client_state_id': maybe('auth.oauth_client_states'),
  'auth.sso_providers.id': own,
  'auth.sso_providers.resource_id': filled,
  'auth.sso_domains.id': own,
  'auth.sso_domains.sso_provider_id': of('auth.sso_providers'),
  'auth.sso_domains.domain': filled,
  'auth.saml_providers.id': own,
  'auth.saml_providers.sso_provider_id': of('auth.sso_providers'),
  'auth.saml_providers.entity_id': filled,
  'auth.saml_providers.metadata_xml': notEmpty,
  'auth.saml_providers.metadata_url': filled,
  'auth.saml_relay_states.id': own,
  'auth.saml_relay_states.sso_provider_id': of('auth.sso_providers'),
  'auth.saml_relay_states.flow_state_id': maybe('auth.flow_state'),
  'auth.saml_relay_states.request_id': filled,
  'auth.sessions.id': own,
  'auth.sessions.user_id': users,
  'auth.sessions.oauth_client_id': maybe('auth.oauth_clients'),
  'auth.refresh_tokens.token': unique,
  'auth.refresh_tokens.user_id': users,
  'auth.refresh_tokens.session_id': maybe('auth.sessions'),
  'auth.mfa_amr_claims.id': own,
  'auth.mfa_amr_claims.session_id': of('auth.sessions'),
  'auth.mfa_amr_claims.authentication_method': filled,
  'auth.mfa_factors.id': own,
  'auth.mfa_factors.user_id': users,
  'auth.mfa_factors.friendly_name': unique,
  'auth.mfa_factors.phone': unique,
  'auth.mfa_factors.last_challenged_at': ({ cell, own: id }) =>
    cell === null ? null : momentOf(id),
  'auth.mfa_challenges.id': own,
  'auth.mfa_challenges.factor_id': of('auth.mfa_factors'),
  'auth.webauthn_credentials.id': own,
  'auth.webauthn_credentials.user_id': users,
  'auth.webauthn_credentials.credential_id': ({ cell, own: id }) =>
    `${cell ?? ''}${id.replaceAll('-', '')}`,
  'auth.webauthn_challenges.id': own,
  'auth.webauthn_challenges.user_id': maybe('auth.users'),
  'auth.webauthn_challenges.challenge_type': oneOf('signup', 'registration', 'authentication'),
  'storage.buckets.id': ofProject,
  'storage.buckets.name': filled,
  'storage.buckets.versioning_status': () => 'DISABLED',
  'storage.objects.id': own,
  'storage.objects.bucket_id': of('storage.buckets'),
  'storage.objects.name': unique,
  'storage.s3_multipart_uploads.id': filled,
  'storage.s3_multipart_uploads.bucket_id': of('storage.buckets'),
  'storage.s3_multipart_uploads_parts.id': own,
  'storage.s3_multipart_uploads_parts.bucket_id': of('storage.buckets'),
  'storage.s3_multipart_uploads_parts.upload_id': of('storage.s3_multipart_uploads'),
  'storage.buckets_analytics.id': own,
  'storage.buckets_analytics.name': ofProject,
  'storage.iceberg_namespaces.id': own,
  'storage.iceberg_namespaces.catalog_id': of('storage.buckets_analytics'),
  'storage.iceberg_namespaces.name': filled,
  'storage.iceberg_tables.id': own,
  'storage.iceberg_tables.catalog_id': of('storage.buckets_analytics'),
  'storage.iceberg_tables.namespace_id': of('storage.iceberg_namespaces'),
  'storage.iceberg_tables.name': filled,
  'storage.iceberg_tables.location': filled,
  'storage.buckets_vectors.id': ofProject,
  'storage.vector_indexes.id': filled,
  'storage.vector_indexes.name': unique,
  'storage.vector_indexes.bucket_id': of('storage.buckets_vectors'),
};

/** A moment that no other row has. */
function momentOf(id: string): string {
  const micros = parseInt(createHash('sha256').update(id).digest('hex').slice(0, 12), 16);
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}+00`;
}
