import type { Client } from 'pg';
import { z } from 'zod';
import { counted } from '../../../workflows/domain/counted';
import { NO_FINDINGS, warning, type Findings } from '../../../workflows/domain/findings';
import { underSavepoint } from '../session/transaction';
import { queryCatalog } from '../session/prepared';

const presenceRow = z.object({ vault: z.boolean(), pgsodium: z.boolean() });

const countRow = z.object({ secrets: z.coerce.number() });

/** Whether the database keeps secrets that only its server's root key can open. */
interface VaultUse {
  /** `unreadable`: there is a vault, but the role may not look into it. */
  readonly secrets: number | 'unreadable' | 'no vault';
  /** Whether the extension `pgsodium` is there, which has a root key of its own. */
  readonly pgsodium: boolean;
}

/** Says that secrets in a vault do not come along, or that it cannot be told (`vault`). Needs an open transaction. */
export async function checkVault(client: Client): Promise<Findings> {
  const { secrets, pgsodium } = await readVaultUse(client);
  const root = pgsodium ? '; the root key of pgsodium stays with the server as well' : '';
  if (secrets === 'unreadable') {
    return warning('vault', [
      `the role may not read vault.secrets: whether secrets are kept there cannot be told; they would stay behind${root}`,
    ]);
  }
  if (secrets === 'no vault' || secrets === 0) return NO_FINDINGS;
  return warning('vault', [
    `vault.secrets holds ${counted(secrets, 'secret')}, of all projects: they stay behind; create those that the project needs again in the target${root}`,
  ]);
}

/** Looks whether `vault.secrets` holds anything; counts, reads no secret. Needs an open transaction. */
async function readVaultUse(client: Client): Promise<VaultUse> {
  const presence = await queryCatalog(
    client,
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
