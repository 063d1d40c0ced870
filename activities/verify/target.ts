import type { Client } from '../postgres/session/database-client';
import type { Problem } from '../../workflows/domain/plan';
import { readTables } from '../postgres/catalog/tables';
import { compareDefinition } from './compare-definition';
import {
  fingerprintTarget,
  generatedDifferences,
  problemOf,
  usefulSessions,
  type Fingerprints,
} from './fingerprints';
import type { Verification } from './evidence';
import type { Manifest, SequenceState } from '../../workflows/domain/manifest';
import { readSequenceRules, readSequences, type SequenceRule } from '../postgres/catalog/sequences';
import { orphanDifferences } from './orphans';
import { reusedTargetRef } from '../postgres/database';
import { alongside } from '../postgres/session/transaction';
import { counted } from '../../workflows/domain/counted';
import { countRows } from '../postgres/catalog/populated';

/** The target in one snapshot, as far as it can be told without looking at single rows. */
export interface TargetEvidence {
  readonly prints: Fingerprints;
  /** What is missing from a table in the target, by table. */
  readonly missing: ReadonlyMap<string, string>;
  readonly unlisted: readonly UnlistedTable[];
  /** Differences besides the rows of the manifest's tables. */
  readonly differences: readonly string[];
  /** What is worth knowing and no difference. */
  readonly notes: readonly Problem[];
}

/** Reads the target in the session's snapshot, and its schema. */
export async function readTargetEvidence(
  verification: Verification,
  { client, snapshot }: TargetSnapshot,
): Promise<TargetEvidence> {
  const { manifest } = verification;
  const { prints, orphans } = await readRows(verification, { client, snapshot });
  const generated = generatedDifferences(manifest, prints);
  const unlisted = await unlistedTables(client, manifest);
  const sequences = await compareSequences(client, manifest);
  const definition = await compareDefinition(verification, client);
  const present = await readTables(client, manifest.extent);
  const missing = new Map<string, string>();
  for (const content of manifest.contents) {
    const note = problemOf(content, present);
    if (note !== undefined) missing.set(content.table, note);
  }
  return {
    prints,
    missing,
    unlisted,
    differences: [
      ...generated,
      ...definition.differences,
      ...unlistedDifferences(unlisted),
      ...sequences.differences,
      ...orphans,
    ],
    notes: [...definition.notes, ...sequences.notes],
  };
}

/** The session of the target's snapshot, and the name under which others can join it. */
interface TargetSnapshot {
  readonly client: Client;
  readonly snapshot: string;
}

/**
 * Reads all rows of the target, on several sessions. Those that joined are closed before anything else is
 * compared: the comparison of schemas opens sessions of its own.
 */
async function readRows(
  verification: Verification,
  { client, snapshot }: TargetSnapshot,
): Promise<Pick<TargetEvidence, 'prints'> & { readonly orphans: readonly string[] }> {
  const { connections, manifest, meter, job } = verification;
  const databaseRef = reusedTargetRef(job.target, 'read');
  const count = usefulSessions(manifest, verification.sessions);
  const exported = { databaseRef, owner: client, id: snapshot, count };
  return alongside(connections, exported, async (sessions) => {
    const prints = await fingerprintTarget(sessions, manifest, (table) => {
      meter.at(table);
    });
    return { prints, orphans: await orphanDifferences(verification, sessions, prints) };
  });
}

type TargetStanding = Pick<SequenceState, 'lastValue' | 'isCalled'>;

/** What became of the sequences of a backup. */
interface SequencesFound {
  /** Sequences that are missing, or would give values again that they gave before the backup. */
  readonly differences: readonly string[];
  /** Sequences that have given values since: the database is in use. */
  readonly notes: readonly Problem[];
}

/**
 * Compares the value that each sequence gives next with the one that it would have given at the backup.
 * `(97, called)` and `(98, not called)` are the same where it counts by one. A sequence that goes round can have
 * passed any value: one that stands elsewhere is taken to be used.
 */
async function compareSequences(
  client: Client,
  { sequences, extent }: Manifest,
): Promise<SequencesFound> {
  const here = new Map((await readSequences(client, extent)).map((s) => [s.sequence, s]));
  const rules = await readSequenceRules(client, [...here.keys()]);
  const differences: string[] = [];
  const notes: Problem[] = [];
  for (const recorded of sequences) {
    const { sequence } = recorded;
    const [state, rule] = [here.get(sequence), rules.get(sequence)];
    if (state === undefined || rule === undefined) {
      differences.push(`sequence ${sequence} is missing`);
      continue;
    }
    const words = `sequence ${sequence} stands at ${wordsOf(state)}`;
    const order = compareNext(state, recorded, rule);
    if (order === 'behind') {
      differences.push(`${words}, behind ${wordsOf(recorded)}: it would give values again`);
    }
    if (order === 'ahead') {
      const message = `${words}, ahead of ${wordsOf(recorded)} in the backup: it has been used since`;
      notes.push({ code: 'sequence-used', message });
    }
  }
  return { differences, notes };
}

function compareNext(state: TargetStanding, recorded: TargetStanding, rule: SequenceRule) {
  const [next, was] = [nextOf(state, rule), nextOf(recorded, rule)];
  if (next === was) return 'same';
  if (rule.cycle || next === 'none') return 'ahead';
  if (was === 'none') return 'behind';
  return next > was === rule.increment > 0n ? 'ahead' : 'behind';
}

/** The value that the sequence gives next; `none` if it is used up. */
function nextOf({ lastValue, isCalled }: TargetStanding, rule: SequenceRule): bigint | 'none' {
  const next = BigInt(lastValue) + (isCalled ? rule.increment : 0n);
  if (next >= rule.min && next <= rule.max) return next;
  if (!rule.cycle) return 'none';
  return rule.increment > 0n ? rule.min : rule.max;
}

function wordsOf({ lastValue, isCalled }: TargetStanding): string {
  return `(${lastValue}, ${isCalled ? 'called' : 'not called'})`;
}

/** A table of the target that the manifest does not list, and the rows it holds. */
export interface UnlistedTable {
  readonly table: string;
  readonly rows: number;
}

/** The tables of the manifest's extent that stand at the target and that the manifest does not list. */
async function unlistedTables(
  client: Client,
  manifest: Manifest,
): Promise<readonly UnlistedTable[]> {
  const listed = new Set(manifest.tables);
  const present = await readTables(client, manifest.extent);
  const tables = present.map(({ table }) => table).filter((table) => !listed.has(table));
  const rows = await countRows(client, tables);
  return tables.map((table, i) => ({ table, rows: rows[i] ?? 0 }));
}

/**
 * What is wrong about them: whether one may stand there at all is for the comparison of schemas to
 * say, but none may hold a row.
 */
function unlistedDifferences(unlisted: readonly UnlistedTable[]): readonly string[] {
  return unlisted
    .filter(({ rows }) => rows > 0)
    .map(
      ({ table, rows }) => `table ${table} holds ${counted(rows, 'row')}, the backup none of them`,
    );
}
