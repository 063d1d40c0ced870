import type { EncryptionKey } from '../../postgres/checks/key-ids';
import type { NullTokens } from '../../postgres/checks/null-tokens';
import type { VaultUse } from '../../postgres/checks/vault';
import { counted, listed, warning, mergeFindings, type Findings } from './remarks';

const NO_FINDINGS = mergeFindings([]);

/** Says how many users stock Auth could not read for a NULL, and what mends it (`null-tokens`). */
export function nullTokenFindings(nulls: readonly NullTokens[], normalized: boolean): Findings {
  if (nulls.length === 0) return NO_FINDINGS;
  const counts = nulls.map(({ column, users }) => `${column} (${String(users)})`).join(', ');
  const what = `stock Auth cannot read a user with a NULL in one of these columns of auth.users, and so many users of the project have one: ${counts}`;
  return warning('null-tokens', [
    normalized
      ? `${what}; they arrive mended, as normalizeNullTokens asks`
      : `${what}; they cannot sign in ("Database error querying schema"); normalizeNullTokens: true in the configuration mends them on their way`,
  ]);
}

/** Names the keys that the target's Auth must have (`key-ids`). */
export function keyIdFindings(keys: readonly EncryptionKey[]): Findings {
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

/** Says that secrets in a vault do not come along, or that it cannot be told (`vault`). */
export function vaultFindings({ secrets, pgsodium }: VaultUse): Findings {
  const root = pgsodium ? '; the root key of pgsodium stays with the server as well' : '';
  if (secrets === 'unreadable') {
    return warning('vault', [
      `the role may not read vault.secrets: whether secrets are kept there cannot be told; they would stay behind${root}`,
    ]);
  }
  if (secrets === 'no vault' || secrets === 0) return NO_FINDINGS;
  return warning('vault', [
    `vault.secrets holds ${counted(secrets, 'secret')}, of all projects: they stay behind; create those that the project needs anew in the target${root}`,
  ]);
}
