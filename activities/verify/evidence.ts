import type { Client } from '../postgres/session/database-client';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import type { Evidence, TableEvidence } from '../../workflows/domain/report';
import { removeDifferences } from '../disk/backup/row-differences';
import { reusedTargetRef } from '../postgres/database';
import { exportSnapshot, transaction } from '../postgres/session/transaction';
import type { SourceTables } from './source';
import { differingTables } from './fingerprints';
import { countDrift, driftOf } from './drift';
import { diffRows, type RowDifference } from './row-differences';
import { type UnlistedTable, readTargetEvidence, type TargetEvidence } from './target';
import type { Job } from '../../workflows/domain/job';
import type { Attempt } from '../runtime/attempt';
import type { BackupStore } from '../disk/backup/store';

/** Gives the source's tables and the session that read them, or no session if none is asked for. */
export type WithSource = <T>(use: (source: SourceEvidence) => Promise<T>) => Promise<T>;

/** The source in one snapshot, as long as `use` runs. */
export interface SourceEvidence {
  readonly client: Client | undefined;
  readonly read: () => Promise<SourceTables>;
}

/**
 * Compares a target, and a source if one is given, with a backup. Both are read in one snapshot
 * each. The digests' seed is the backup's own, drawn at random for that run, also when a target is
 * verified again long after: two different contents that hide behind one seed would be found by the
 * next backup. It guards against accidents, not against someone who knows the seed and forges rows.
 */
export async function gatherEvidence(
  verification: Verification,
  withSource: WithSource,
): Promise<Evidence> {
  const { connections, job, manifest } = verification;
  const databaseRef = reusedTargetRef(job.target, 'read');
  return connections.with(databaseRef, (client) =>
    transaction(client, 'read-snapshot', () =>
      withSource(async (source) => {
        const snapshot = await exportSnapshot(client);
        const [target, sourceTables] = await Promise.all([
          readTargetEvidence(verification, { client, snapshot }),
          source.read(),
        ]);
        const findings = await findingsOf(verification, target, snapshot);
        const isEqual = (table: string): boolean => !findings.has(table);
        const ground = { verification, sourceTables, snapshot, isEqual };
        const drift = driftOf(manifest, sourceTables);
        return {
          tables: tablesOf(manifest, { target, sourceTables, findings }),
          drift:
            source.client === undefined
              ? drift
              : await countDrift({ ...ground, source: source.client }, drift),
          differences: [...rowDifferences(findings), ...target.differences],
          ...(target.notes.length > 0 && { notes: target.notes }),
        };
      }),
    ),
  );
}

type EvidenceParts = ReadonlyMap<string, RowDifference>;

/** What is found of each table that differs; what an earlier verification left of the others goes. */
async function findingsOf(
  verification: Verification,
  { prints, missing }: TargetEvidence,
  snapshot: string,
): Promise<EvidenceParts> {
  const { manifest, store, job } = verification;
  const differing = new Set(differingTables(manifest, prints));
  const findings = new Map<string, RowDifference>();
  const tables = manifest.contents.map(({ table }) => table);
  const toTell = new Set(tables.filter((table) => !missing.has(table) && differing.has(table)));
  await removeDifferences(
    store,
    job.backupId,
    tables.filter((table) => !toTell.has(table)),
  );
  for (const content of manifest.contents) {
    const { table } = content;
    const note = missing.get(table);
    if (toTell.has(table)) findings.set(table, await diffRows(verification, content, snapshot));
    else if (note !== undefined) findings.set(table, { note });
  }
  return findings;
}

function rowDifferences(findings: EvidenceParts): readonly string[] {
  return [...findings].map(([table, { apart, note }]) => {
    const counts =
      apart === undefined
        ? []
        : [`${apart.changed} changed, ${apart.missing} missing, ${apart.extra} extra`];
    const keys = apart?.keysFile === undefined ? [] : [`keys in ${apart.keysFile}`];
    const parts = [...counts, ...keys, ...(note === undefined ? [] : [note])];
    return `rows of ${table} differ: ${parts.join(', ')}`;
  });
}

interface FoundTables {
  readonly target: TargetEvidence;
  readonly sourceTables: SourceTables;
  readonly findings: EvidenceParts;
}

function tablesOf(manifest: Manifest, found: FoundTables): readonly TableEvidence[] {
  const listed = manifest.contents.map((content) => evidenceOf(content, found));
  return [...listed, ...found.target.unlisted.filter(({ rows }) => rows > 0).map(unlistedEvidence)];
}

function evidenceOf(
  { table, rows, digest }: Content,
  { target: { prints }, sourceTables, findings }: FoundTables,
): TableEvidence {
  const there = prints.get(table);
  const { print, isUnchanged } = sourceTables.get(table) ?? {};
  const digests = { manifest: digest, target: there?.digest, source: print?.digest };
  const equal = !findings.has(table);
  return {
    ...{ table, rows, targetRows: there?.rows, digests, equal },
    ...(isUnchanged === true && { sourceUnchanged: true }),
    ...findings.get(table),
  };
}

function unlistedEvidence({ table, rows }: UnlistedTable): TableEvidence {
  const note = 'the backup has no rows of this table';
  return { table, rows: 0, targetRows: rows, digests: {}, equal: false, note };
}

/** One verification: what is compared, and with what in hand. */
export interface Verification extends Pick<Attempt, 'connections' | 'meter'> {
  readonly store: BackupStore;
  readonly job: Job;
  readonly manifest: Manifest;
  /** How many sessions read the target side by side. */
  readonly sessions: number;
  /** The run that has the target's lease and is about to complete it; absent where it is only compared. */
  readonly ownRun?: string | undefined;
}
