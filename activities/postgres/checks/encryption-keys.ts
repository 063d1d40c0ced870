import { counted } from '../../../workflows/domain/counted';
import { NO_FINDINGS, listed, warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import { ident, qualified } from '../identifiers';
import type { ProjectScope } from '../scope/project-scope';

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

/** More distinct keys than anybody uses; they are listed in a message. */
const MOST_KEYS = 50;

const keyRow = z.object({ keyId: z.string(), rows: z.coerce.number() });

/** A key that values of the project are encrypted with: its id as Auth is configured with it, never the key. */
interface EncryptionKey {
  readonly keyId: string;
  readonly rows: number;
  /** `schema.table.column`, sorted. */
  readonly columns: readonly string[];
}

/** Names the keys that the target's Auth must have to read the project's values (`key-ids`). */
export async function checkEncryptionKeys(client: Client, scope: ProjectScope): Promise<Findings> {
  return inWords(await findKeyIds(client, scope));
}

/** Finds the ids of the keys that the project's application-encrypted values name, with their rows. */
async function findKeyIds(client: Client, scope: ProjectScope): Promise<readonly EncryptionKey[]> {
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

/** By pattern, not by JSON: text that only begins like JSON would fail the whole snapshot transaction. */
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

function inWords(keys: readonly EncryptionKey[]): Findings {
  if (keys.length === 0) return NO_FINDINGS;
  const rows = keys.reduce((sum, key) => sum + key.rows, 0);
  const columns = [...new Set(keys.flatMap((key) => key.columns))].sort().join(', ');
  const ids = listed(
    keys.map(({ keyId }) => `"${keyId}"`),
    ', ',
  );
  return warning('key-ids', [
    `${counted(rows, 'value')} in ${columns} ${rows === 1 ? 'is' : 'are'} encrypted by Auth with the key ${ids}: the target's Auth needs the same keys in GOTRUE_SECURITY_DB_ENCRYPTION_DECRYPTION_KEYS`,
  ]);
}
