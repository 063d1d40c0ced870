import type { Client } from 'pg';
import type { Extent } from '../../../workflows/domain/extent';
import { mergeFindings, type Findings } from '../../../workflows/domain/findings';
import { NOTHING } from '../catalog/populated';
import { readUniqueKeys, type UniqueKey } from '../catalog/unique-keys';
import { narrowed, type ProjectScope } from '../scope/project-scope';
import { brokenIndexesInquiry } from './broken-indexes';
import { checkCollisions } from './collisions';
import { crossingsInquiry, type Crossing } from './crossings';
import { encryptionKeysInquiry } from './encryption-keys';
import { nullTokensInquiry } from './null-tokens';
import { checkObjectNumbers } from './object-numbers';
import { checkRewritten } from './rewritten';
import { checkStale } from './stale';
import { survey } from './survey';
import { checkSourceTriggers } from './triggers';
import { checkVault } from './vault';
import { volumesInquiry, type Volume } from './volumes';
import { wideRowsInquiry } from './wide-rows';

/** What the project's rows are checked against. */
export interface RowChecks {
  readonly extent: Extent;
  /** The unique indexes of a target that has the schemas already; empty if it has none. */
  readonly targetKeys: readonly UniqueKey[];
  /** Whether NULLs that stock Auth cannot read are fixed on their way. */
  readonly normalizeNullTokens: boolean;
}

/** What the rows of a project say. */
export interface CheckedRows extends Findings {
  /** Of every table of the scope. */
  readonly volumes: readonly Volume[];
  /** Rows that refer across projects. */
  readonly crossings: readonly Crossing[];
}

/**
 * Runs every check of the project's rows in the source, on read-only sessions of the snapshot in which the scope was
 * read. What a scan can answer is asked in the survey, once a table. The checks behind it read a table again:
 *
 * - foreign keys that no rule proves, by one anti-join each if any row of the project has such a key;
 * - collisions, rewritten columns and stale rows, if the source has indexes, constraints or columns that they are about;
 * - a second look, if the survey found encrypted values or a hash of a unique key twice.
 */
export async function checkRows(
  sessions: readonly [Client, ...Client[]],
  whole: ProjectScope,
  { extent, targetKeys, normalizeNullTokens }: RowChecks,
): Promise<CheckedRows> {
  const [client] = sessions;
  const sourceKeys = await readUniqueKeys(client, extent);
  const tables = whole.tables.filter(({ kind, where }) => kind !== 'excluded' && where !== NOTHING);
  const asked = { ...whole, tables };
  const inquiries = {
    volumes: await volumesInquiry(client, whole),
    wide: await wideRowsInquiry(client, tables),
    broken: brokenIndexesInquiry(asked, sourceKeys),
    nulls: nullTokensInquiry(asked, normalizeNullTokens),
    encrypted: encryptionKeysInquiry(asked),
    crossings: await crossingsInquiry(client, extent, whole),
  };
  const questions = Object.values(inquiries).flatMap((one) => one.questions);
  const answers = await survey(sessions, tables, questions);
  const volumes = inquiries.volumes.conclude(answers, client);
  const held = new Set(volumes.filter(({ rows }) => rows > 0).map(({ table }) => table));
  const scope = narrowed(whole, (table) => held.has(table));
  const moving = tables.filter(({ facts }) => held.has(facts.table));
  const crossings = await inquiries.crossings.conclude(answers, client);
  const findings = mergeFindings([
    checkObjectNumbers(moving),
    inquiries.wide.conclude(answers, client),
    await inquiries.broken.conclude(answers, client),
    await checkCollisions(client, scope, { source: sourceKeys, target: targetKeys }),
    await checkSourceTriggers(client, extent),
    inquiries.nulls.conclude(answers, client),
    await inquiries.encrypted.conclude(answers, client),
    await checkRewritten(client, extent, scope),
    await checkStale(client, extent, { ...scope, tables: moving }),
    await checkVault(client),
  ]);
  return { ...findings, volumes, crossings };
}
