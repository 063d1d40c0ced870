import { counted } from '../../../workflows/domain/counted';
import { NO_FINDINGS, listed, warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified } from '../identifiers';
import type { ProjectScope } from '../scope/project-scope';
import type { Inquiry } from './survey';

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

/**
 * Names the keys that the target's Auth must have to read the project's values (`key-ids`). The survey counts the
 * values that are encrypted; a table with some is read once more, by their keys.
 */
export function encryptionKeysInquiry(scope: ProjectScope): Inquiry<Promise<Findings>> {
  const columns = ENCRYPTED.filter(([table, column]) => scope.keys.exists(table, column));
  const asked = columns.flatMap(([table, column]) => {
    const scoped = scope.tables.find(({ facts }) => facts.table === table);
    if (scoped === undefined) return [];
    const question = { table, of: isEncrypted(column), by: 'count' } as const;
    return [{ ...{ table, column, question }, where: scoped.where }];
  });
  return {
    questions: asked.map(({ question }) => question),
    conclude: async (answers, client) => {
      const holding = asked.filter(({ question }) => (answers(question) ?? 0) > 0);
      return inWords(await findKeyIds(client, holding));
    },
  };
}

interface EncryptedColumn {
  readonly table: string;
  readonly column: string;
  readonly where: string;
}

/** Finds the ids of the keys that the project's application-encrypted values name, with their rows. */
async function findKeyIds(
  client: Client,
  holding: readonly EncryptedColumn[],
): Promise<readonly EncryptionKey[]> {
  const found = new Map<string, EncryptionKey>();
  for (const { table, column, where } of holding) {
    const result = await client.query(keysOf(table, column, where));
    for (const { keyId, rows } of z.array(keyRow).parse(result.rows)) {
      const known = found.get(keyId);
      const columns = [...(known?.columns ?? []), `${table}.${column}`].sort();
      found.set(keyId, { keyId, rows: rows + (known?.rows ?? 0), columns });
    }
  }
  return [...found.values()].sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
}

/** By pattern, not by JSON: text that only begins like JSON would fail the whole snapshot transaction. */
function isEncrypted(column: string): string {
  const value = textOf(column);
  const named = (name: string): string => `${value} ~ '"${name}"\\s*:'`;
  // Of a CASE PostgreSQL tries the patterns last.
  return `CASE WHEN starts_with(${value}, '{') THEN ${['key_id', 'alg', 'data', 'nonce'].map(named).join(' AND ')}
     AND ${value} ~ '"key_id"\\s*:\\s*"[^"\\\\]*"' ELSE false END`;
}

function textOf(column: string): string {
  return `t.${ident(column)}::text`;
}

function keysOf(table: string, column: string, where: string): string {
  return `
    SELECT left(substring(${textOf(column)} FROM '"key_id"\\s*:\\s*"([^"\\\\]*)"'), 100) AS "keyId",
           count(*)::text AS "rows"
      FROM ${qualified(table)} AS t
     WHERE ${isEncrypted(column)} AND (${where})
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
