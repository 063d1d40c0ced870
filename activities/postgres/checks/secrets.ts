import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import { ident, qualified } from '../identifiers';
import type { ProjectScope } from '../scope/project-scope';
import { underSavepoint } from '../session/transaction';

/**
 * The columns that Auth encrypts itself, by a key of its own, when it is told to (supabase/auth,
 * `internal/crypto/crypto.go`): text that is a JSON object of key_id, alg, data and nonce.
 */
const ENCRYPTED = [
  ['auth.users', 'encrypted_password'],
  ['auth.mfa_factors', 'secret'],
  ['auth.mfa_challenges', 'otp_code'],
  ['auth.sessions', 'refresh_token_hmac_key'],
  ['auth.custom_oauth_providers', 'client_secret'],
] as const;

/** More distinct keys than any studio rotates through; they are listed in a message. */
const MOST_KEYS = 50;

const keyRow = z.object({ keyId: z.string(), rows: z.coerce.number() });

/** A key that values of the project are encrypted with: its id as Auth is configured with it, never the key. */
export interface EncryptionKey {
  readonly keyId: string;
  readonly rows: number;
  /** `schema.table.column`, sorted. */
  readonly columns: readonly string[];
}

/** Finds the ids of the keys that the project's application-encrypted values name, with their rows. */
export async function findKeyIds(
  client: Client,
  scope: ProjectScope,
): Promise<readonly EncryptionKey[]> {
  const found = new Map<string, EncryptionKey>();
  for (const [table, column] of ENCRYPTED) {
    const scoped = scope.tables.find(({ facts }) => facts.table === table);
    if (scoped === undefined || scoped.where === NOTHING) continue;
    if (!scope.keys.exists(table, column)) continue;
    const result = await client.query(keysOf(table, column, scoped.where));
    for (const { keyId, rows } of z.array(keyRow).parse(result.rows)) {
      const known = found.get(keyId);
      const columns = [...(known?.columns ?? []), `${table}.${column}`].sort();
      found.set(keyId, { keyId, rows: rows + (known?.rows ?? 0), columns });
    }
  }
  return [...found.values()].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
}

/** By pattern, not by JSON: text that merely begins like JSON would end the whole snapshot. */
function keysOf(table: string, column: string, where: string): string {
  const value = `t.${ident(column)}::text`;
  const named = (name: string): string => `${value} ~ '"${name}"\\s*:'`;
  return `
    SELECT left(substring(${value} FROM '"key_id"\\s*:\\s*"([^"\\\\]*)"'), 100) AS "keyId",
           count(*)::text AS "rows"
      FROM ${qualified(table)} AS t
     WHERE starts_with(${value}, '{') AND ${['key_id', 'alg', 'data', 'nonce'].map(named).join(' AND ')}
       AND ${value} ~ '"key_id"\\s*:\\s*"[^"\\\\]*"' AND (${where})
     GROUP BY 1 ORDER BY 2 DESC LIMIT ${String(MOST_KEYS)}`;
}

/**
 * The columns of `auth.users` that stock Auth reads into Go values which cannot be NULL
 * (supabase/auth, `internal/models/user.go`; issue supabase/auth#1940).
 */
const NEVER_NULL = [
  ...['confirmation_token', 'recovery_token', 'email_change_token_current'],
  ...['email_change_token_new', 'email_change', 'phone_change_token', 'phone_change'],
  ...['reauthentication_token', 'aud', 'role', 'email_change_confirm_status'],
  ...['created_at', 'updated_at'],
] as const;

const countsRow = z.record(z.string(), z.coerce.number());

/** One column, and how many of the project's users are NULL in it. */
export interface NullTokens {
  readonly column: string;
  readonly users: number;
}

/** Counts the NULLs that make stock Auth fail, in the columns where there are any. */
export async function countNullTokens(
  client: Client,
  { keys, tables }: ProjectScope,
): Promise<readonly NullTokens[]> {
  const users = tables.find(({ facts }) => facts.table === 'auth.users');
  const columns = NEVER_NULL.filter((column) => keys.exists('auth.users', column));
  if (users === undefined || columns.length === 0) return [];
  const counts = columns.map(
    (column) => `count(*) FILTER (WHERE t.${ident(column)} IS NULL)::text AS ${ident(column)}`,
  );
  const result = await client.query(
    `SELECT ${counts.join(', ')} FROM auth.users AS t WHERE (${users.where})`,
  );
  const found = countsRow.parse(result.rows[0]);
  return columns
    .map((column) => ({ column, users: found[column] ?? 0 }))
    .filter((nulls) => nulls.users > 0);
}

const presenceRow = z.object({ vault: z.boolean(), pgsodium: z.boolean() });
const countRow = z.object({ secrets: z.coerce.number() });

/** Whether the database keeps secrets that only its server's root key can open. */
export interface VaultUse {
  /** `unreadable`: there is a vault, but the role may not look into it. */
  readonly secrets: number | 'unreadable' | 'no vault';
  /** Whether the extension `pgsodium` is there, which has a root key of its own. */
  readonly pgsodium: boolean;
}

/** Looks whether `vault.secrets` holds anything; counts, reads no secret. Needs an open transaction. */
export async function readVaultUse(client: Client): Promise<VaultUse> {
  const presence = await client.query(
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'vault' AND c.relname = 'secrets') AS vault,
            EXISTS (SELECT FROM pg_extension WHERE extname = 'pgsodium') AS pgsodium`,
  );
  const { vault, pgsodium } = presenceRow.parse(presence.rows[0]);
  if (!vault) return { secrets: 'no vault', pgsodium };
  // 42501: no privilege, or row level security would hide rows.
  const counted = await underSavepoint(client, ['42501'], () =>
    client.query('SELECT count(*)::text AS secrets FROM vault.secrets'),
  );
  if ('sqlstate' in counted) return { secrets: 'unreadable', pgsodium };
  return { ...countRow.parse(counted.result.rows[0]), pgsodium };
}
