import type { Client } from 'pg';
import type { Extent } from '../../../workflows/domain/extent';
import { mergeFindings, type Findings } from '../../../workflows/domain/findings';
import { NOTHING } from '../catalog/populated';
import { readUniqueKeys, type UniqueKey } from '../catalog/unique-keys';
import type { ProjectScope } from '../scope/project-scope';
import { checkBrokenIndexes } from './broken-indexes';
import { checkCollisions } from './collisions';
import { checkEncryptionKeys } from './encryption-keys';
import { checkNullTokens } from './null-tokens';
import { checkObjectNumbers } from './object-numbers';
import { checkRewritten } from './rewritten';
import { checkStale } from './stale';
import { checkSourceTriggers } from './triggers';
import { checkVault } from './vault';
import { checkWideRows } from './wide-rows';

/** What the project's rows are checked against. */
export interface RowChecks {
  readonly extent: Extent;
  /** The unique indexes of a target that has the schemas already; empty if it has none. */
  readonly targetKeys: readonly UniqueKey[];
  /** Whether NULLs that stock Auth cannot read are fixed on their way. */
  readonly normalizeNullTokens: boolean;
}

/**
 * Runs every check of the project's rows in the source. The session must be in the read-only snapshot transaction in which the scope was read.
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
    checkObjectNumbers(moving),
    await checkWideRows(client, moving),
    await checkBrokenIndexes(client, scope, sourceKeys),
    await checkCollisions(client, scope, keys),
    await checkSourceTriggers(client, extent),
    await checkNullTokens(client, scope, normalizeNullTokens),
    await checkEncryptionKeys(client, scope),
    await checkRewritten(client, extent, scope),
    await checkStale(client, extent, { ...scope, tables: moving }),
    await checkVault(client),
  ]);
}
