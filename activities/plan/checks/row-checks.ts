import type { Extent } from '../../../workflows/domain/extent';
import type { Client } from '../../postgres/database-client';
import { findBrokenIndexes } from '../../postgres/checks/broken-indexes';
import { findCollisions } from '../../postgres/checks/collisions';
import { readFiringTriggers } from '../../postgres/checks/firing-triggers';
import { findBrokenByRewrite } from '../../postgres/checks/rewritten';
import { findKeyIds } from '../../postgres/checks/key-ids';
import { countNullTokens } from '../../postgres/checks/null-tokens';
import { readUniqueKeys, type UniqueKey } from '../../postgres/checks/unique-keys';
import { readWideTables } from '../../postgres/checks/wide-rows';
import { NOTHING } from '../../postgres/catalog/holding';
import { readVaultUse } from '../../postgres/checks/vault';
import type { ProjectScope } from '../../postgres/scope/project-scope';
import { formRemarks, wideRemarks } from './form-remarks';
import { mergeFindings, type Findings } from './remarks';
import { brokenIndexRemarks, collisionFindings } from './collision-remarks';
import { rewriteRemarks } from './computed-remarks';
import { keyIdFindings, nullTokenFindings, vaultFindings } from './secret-remarks';
import { sourceTriggerFindings } from './trigger-remarks';

/** What the project's rows are checked against. */
export interface RowChecks {
  readonly extent: Extent;
  /** The unique indexes of a target that has the schemas already; empty where it has none. */
  readonly targetKeys: readonly UniqueKey[];
  /** Whether NULLs that stock Auth cannot read are mended on their way. */
  readonly normalizeNullTokens: boolean;
}

/**
 * Looks over the project's rows in the source: broken unique indexes, collisions, triggers, NULL tokens, encryption keys,
 * vault. The session must be in the read-only snapshot transaction in which the scope was read.
 */
export async function checkRows(
  client: Client,
  scope: ProjectScope,
  { extent, targetKeys, normalizeNullTokens }: RowChecks,
): Promise<Findings> {
  const sourceKeys = await readUniqueKeys(client, extent);
  const keys = { source: sourceKeys, target: targetKeys };
  const moving = scope.tables.filter(({ kind, where }) => kind !== 'excluded' && where !== NOTHING);
  return mergeFindings([
    formRemarks(moving),
    wideRemarks(await readWideTables(client, moving)),
    brokenIndexRemarks(await findBrokenIndexes(client, scope, sourceKeys)),
    collisionFindings(await findCollisions(client, scope, keys)),
    sourceTriggerFindings(await readFiringTriggers(client, extent)),
    nullTokenFindings(await countNullTokens(client, scope), normalizeNullTokens),
    keyIdFindings(await findKeyIds(client, scope)),
    rewriteRemarks(await findBrokenByRewrite(client, extent, scope)),
    vaultFindings(await readVaultUse(client)),
  ]);
}
