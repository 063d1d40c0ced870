import type { NextStep } from './next-steps';
import type { Problem } from './plan';
import type { Job } from './job';

export const OUTCOMES = [
  'migrated',
  'restored',
  'refused',
  'parked',
  'abandoned',
  'verified',
  'different',
  'backed-up',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/**
 * How many rows of the target differ from the backup: rows that are missing, extra rows, and rows with the same primary
 * key and other content. A row that occurs twice counts twice.
 */
export interface RowsApart {
  readonly missing: number;
  readonly extra: number;
  readonly changed: number;
  /** The file next to the backup that names up to 1,000 of them by primary key; absent if there is none. */
  readonly keysFile?: string | undefined;
}

/** How many rows in scope came, went, or changed under the same primary key after the snapshot. */
export interface RowsMoved {
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
}

/** The three fingerprints of one table together; a side that was not read is absent. */
export interface TableEvidence {
  readonly table: string;
  readonly rows: number;
  readonly digests: {
    readonly manifest?: string | undefined;
    readonly target?: string | undefined;
    readonly source?: string | undefined;
  };
  /**
   * Whether row versions prove that the source's rows are those of the backup: none in scope has a newer one, and
   * the keys are the same. Then they were not hashed again, and there is no digest of the source.
   */
  readonly sourceUnchanged?: boolean | undefined;
  /** Whether the target holds exactly what the manifest says. */
  readonly equal: boolean;
  /** Rows found at the target, if that was read. */
  readonly targetRows?: number | undefined;
  /** If the target differs and its rows could be compared. */
  readonly apart?: RowsApart | undefined;
  /** If the target differs: what else there is to say, such as a missing column or key. */
  readonly note?: string | undefined;
}

/** A table whose rows in scope changed in the source after the backup's snapshot. */
export interface TableDrift {
  readonly table: string;
  readonly manifest: Fingerprint;
  /** Absent if the source has no such table or column any more. */
  readonly source?: Fingerprint | undefined;
  readonly moved?: RowsMoved | undefined;
  /** What else there is to say, such as why the rows could not be counted. */
  readonly note?: string | undefined;
}

/** All that verification found. Counts and digests only, never a row. */
export interface Evidence {
  readonly tables: readonly TableEvidence[];
  readonly drift: readonly TableDrift[];
  /** Every difference in words: rows by table, generated columns, schema, sequences, foreign keys, extra tables. */
  readonly differences: readonly string[];
  /** What is no difference and worth knowing, such as a sequence that has been used since the backup. */
  readonly notes?: readonly Problem[] | undefined;
}

/** What `verifyProject` found, and what it did about it. */
export interface Verified extends Evidence {
  /** Whether it also set the completed marker. */
  readonly completed?: boolean | undefined;
}

/** How a restore was proved. */
export interface RestoreProof {
  readonly state: 'absent' | 'empty' | 'filled';
  /** What was compared, in words, each line a fact that holds. */
  readonly facts: readonly string[];
}

export interface StepTiming {
  readonly step: string;
  readonly seconds: number;
  readonly outcome: 'done' | 'failed';
}

/** Tells a report from whatever else a run may leave. */
export function isReport(value: unknown): value is Report {
  return (
    typeof value === 'object' &&
    value !== null &&
    'outcome' in value &&
    'problems' in value &&
    'tables' in value
  );
}

/** The result of one run, for people and for machines. */
export interface Report {
  readonly projectRef: string;
  readonly databaseName?: string | undefined;
  readonly ownerUserId?: string | undefined;
  readonly outcome: Outcome;
  readonly backupId?: string | undefined;
  readonly backupPath?: string | undefined;
  /** If the target held something: the backup of its own rows. */
  readonly targetBackupId?: string | undefined;
  readonly tables: readonly TableEvidence[];
  readonly drift: readonly TableDrift[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What is left to do by hand, so that a service can start on the database; of runs that moved or restored a project. */
  readonly nextSteps?: readonly NextStep[] | undefined;
  readonly restore?: RestoreProof | undefined;
  readonly steps: readonly StepTiming[];
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** Why a run cannot end well with what its verification found. */
export interface Unsound {
  readonly code: 'VerificationFailed' | 'Drifted';
  readonly words: readonly string[];
}

/**
 * Whether the target is what the backup says, and the source too if that was asked for; `undefined`
 * if it is. The step that sets the completed marker and the run that reports it share this rule.
 */
export function unsoundIn(
  { differences, drift }: Evidence,
  onDrift: Job['onDrift'],
): Unsound | undefined {
  if (differences.length > 0) return { code: 'VerificationFailed', words: differences };
  if (onDrift === 'report' || drift.length === 0) return undefined;
  return { code: 'Drifted', words: drift.map(({ table }) => table) };
}

/** `{rows, digest}` of one table in scope: exact to the byte, independent of the order of rows. */
export interface Fingerprint {
  readonly rows: number;
  /** The sum of 64-bit row hashes as decimal text; it exceeds what a number holds. */
  readonly digest: string;
}

/** Tells whether two fingerprints made with the same seed and projection are of equal content. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return a.rows === b.rows && a.digest === b.digest;
}
