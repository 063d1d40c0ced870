import { inRows, type Corruption } from '../corruption';

const ONE_SESSION = '(SELECT id FROM auth.sessions ORDER BY id LIMIT 1)';
const ONE_TOKEN = '(SELECT id FROM auth.refresh_tokens WHERE revoked IS NOT NULL LIMIT 1)';

/** Values that look the same to a careless comparison: one for each way to be careless. */
export const VALUES: readonly Corruption[] = [
  inRows(
    'a bit in a bytea',
    'auth.webauthn_credentials',
    `UPDATE auth.webauthn_credentials SET public_key = set_bit(public_key, 77, 1 - get_bit(public_key, 77))
      WHERE length(public_key) = 256`,
  ),
  inRows(
    '1.00 for 1.0 in jsonb',
    'auth.users',
    `UPDATE auth.users SET raw_user_meta_data = jsonb_set(raw_user_meta_data, '{tenths}', '1.00')
      WHERE raw_user_meta_data ->> 'tenths' = '1.0'`,
  ),
  inRows(
    'a number in jsonb that went through a double',
    'storage.iceberg_namespaces',
    `UPDATE storage.iceberg_namespaces SET metadata = jsonb_set(metadata, '{big}', '12345678901234567168')
      WHERE metadata ->> 'big' = '12345678901234567890'`,
  ),
  inRows(
    'a bigint that went through a double',
    'auth.webauthn_credentials',
    `UPDATE auth.webauthn_credentials SET sign_count = 9223372036854774784
      WHERE sign_count = 9223372036854775807`,
  ),
  inRows(
    "NULL for ''",
    'auth.users',
    `UPDATE auth.users SET encrypted_password = NULL WHERE encrypted_password = ''`,
  ),
  inRows(
    "'' for NULL",
    'auth.sessions',
    `UPDATE auth.sessions SET tag = ''
      WHERE id = (SELECT id FROM auth.sessions WHERE tag IS NULL LIMIT 1)`,
  ),
  inRows(
    "NULL for JSON's null",
    'auth.mfa_factors',
    `UPDATE auth.mfa_factors SET last_webauthn_challenge_data = NULL
      WHERE last_webauthn_challenge_data = 'null'`,
  ),
  inRows(
    "JSON's null for NULL",
    'auth.users',
    `UPDATE auth.users SET raw_user_meta_data = 'null' WHERE raw_user_meta_data IS NULL`,
  ),
  inRows(
    'a timestamptz off by a microsecond',
    'auth.identities',
    `UPDATE auth.identities SET updated_at = updated_at - interval '1 microsecond'
      WHERE id = (SELECT id FROM auth.identities WHERE updated_at IS NOT NULL LIMIT 1)`,
  ),
  inRows(
    'a timestamp off by a microsecond',
    'auth.one_time_tokens',
    `UPDATE auth.one_time_tokens SET created_at = created_at + interval '1 microsecond'
      WHERE token_type = 'recovery_token'`,
  ),
  inRows(
    'a year after Christ for one before',
    'auth.users',
    `UPDATE auth.users SET confirmation_sent_at = '0044-03-15 12:00:00.123456+00'
      WHERE confirmation_sent_at < '0001-01-01'`,
  ),
  inRows(
    'the last moment for infinity',
    'auth.mfa_challenges',
    `UPDATE auth.mfa_challenges SET verified_at = '294276-12-31 23:59:59.999999+00'
      WHERE verified_at = 'infinity'`,
  ),
  inRows(
    'a trailing space',
    'auth.users',
    `UPDATE auth.users SET email = email || ' ' WHERE id = (SELECT min(id::text)::uuid FROM auth.users)`,
  ),
  inRows(
    'a letter in the other case',
    'storage.objects',
    `UPDATE storage.objects SET version = upper(version)
      WHERE id = (SELECT id FROM storage.objects WHERE version <> upper(version) LIMIT 1)`,
  ),
  inRows(
    "Unicode's other normal form",
    'auth.sessions',
    `UPDATE auth.sessions SET user_agent = normalize(user_agent, NFD)
      WHERE user_agent <> normalize(user_agent, NFD)`,
  ),
  inRows(
    'a line end of the other kind',
    'auth.saml_providers',
    `UPDATE auth.saml_providers SET metadata_xml = replace(metadata_xml, E'\\r\\n', E'\\n')`,
  ),
  inRows(
    'white space in json',
    'auth.audit_log_entries',
    `UPDATE auth.audit_log_entries SET payload = (payload::text || ' ')::json
      WHERE payload::text LIKE '%"first"%'`,
  ),
  inRows(
    'json that went through jsonb',
    'auth.audit_log_entries',
    `UPDATE auth.audit_log_entries SET payload = (payload::jsonb)::text::json
      WHERE payload::text LIKE '%"first"%'`,
  ),
  inRows(
    'the order in an array',
    'storage.buckets',
    `UPDATE storage.buckets SET allowed_mime_types[1:2] = ARRAY[allowed_mime_types[2], allowed_mime_types[1]]
      WHERE cardinality(allowed_mime_types) = 8`,
  ),
  inRows(
    "the text 'NULL' for NULL in an array",
    'auth.custom_oauth_providers',
    `UPDATE auth.custom_oauth_providers
        SET acceptable_client_ids = array_replace(acceptable_client_ids, NULL, 'NULL')`,
  ),
  inRows(
    "an array's lower bound",
    'auth.custom_oauth_providers',
    `UPDATE auth.custom_oauth_providers SET scopes = '{openid,email}'`,
  ),
  inRows(
    'an inet with all of its bits',
    'auth.sessions',
    `UPDATE auth.sessions SET ip = set_masklen(ip, 32)
      WHERE id = (SELECT id FROM auth.sessions WHERE family(ip) = 4 AND masklen(ip) = 16 LIMIT 1)`,
  ),
  inRows(
    'an address of the other family',
    'auth.mfa_challenges',
    `UPDATE auth.mfa_challenges SET ip_address = '1.2.3.4' WHERE ip_address = '::ffff:1.2.3.4'`,
  ),
  inRows(
    'another value of an enum',
    'auth.sessions',
    `UPDATE auth.sessions SET aal = 'aal3' WHERE id = ${ONE_SESSION}`,
  ),
  inRows(
    'a boolean the other way',
    'auth.refresh_tokens',
    `UPDATE auth.refresh_tokens SET revoked = NOT revoked WHERE id = ${ONE_TOKEN}`,
  ),
  inRows(
    "a token of another of the project's users",
    'auth.refresh_tokens',
    `UPDATE auth.refresh_tokens
        SET user_id = (SELECT id FROM auth.users WHERE id::text <> user_id ORDER BY id LIMIT 1)::text
      WHERE id = ${ONE_TOKEN}`,
  ),
  inRows(
    'no instance_id',
    'auth.users',
    `UPDATE auth.users SET instance_id = NULL WHERE id = (SELECT id FROM auth.users LIMIT 1)`,
  ),
  inRows(
    'a character in the middle of a long text',
    'auth.saml_providers',
    `UPDATE auth.saml_providers SET metadata_xml = overlay(metadata_xml PLACING 'X' FROM 100000)`,
  ),
];
