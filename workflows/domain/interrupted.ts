import type { Job, RunName } from './job';
import type { DatabaseIdentity } from './plan';
import type { Outcome } from './report';
import type { ProjectIdentity } from './request';
import type { Timing } from './timing';

/** A run that closed before what it had begun was restored and proved. */
export interface Interrupted extends RunName {
  readonly workflowType: string;
  readonly project: ProjectIdentity;
  /** How it ended, or that Temporal knows it no more. */
  readonly how: 'terminated' | 'timed out' | 'parked' | 'forgotten';
  /** The connection that it read from, if known. */
  readonly source?: string | undefined;
  readonly target: Pick<DatabaseIdentity, 'connection'>;
  /** What its restore has to know; absent if it came to no step that writes into a database. */
  readonly job?: Job | undefined;
  /** The host whose backup directory that is. */
  readonly host?: string | undefined;
  /** What it wrote, or may have begun to write, into the backup directory. */
  readonly backupIds: readonly string[];
  readonly timing: Timing;
  /** What it left behind, in words. */
  readonly left: readonly string[];
}

/** Runs that may have begun backups; the ids are those that they would have. */
export type CandidateRuns = readonly Pick<Interrupted, 'runId' | 'backupIds'>[];

/** What a run has left in one backup directory, in words. */
export type LeftoverDrafts = Pick<Interrupted, 'runId' | 'left'>;

/** What was looked for: runs that are to be restored, and what only an operator can decide. */
export interface InterruptedRuns {
  readonly interrupted: readonly Interrupted[];
  /** Runs whose backup directory is at another host, and was not looked into. */
  readonly elsewhere?: readonly Interrupted[] | undefined;
  readonly findings: readonly string[];
}

/** What became of one interrupted run. */
export interface Reconciled extends RunName {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly how: Interrupted['how'];
  readonly outcome: Outcome | 'running' | 'failed';
  readonly message: string;
}

/** The result of `reconcile`. */
export interface ReconcileReport {
  readonly reconciled: readonly Reconciled[];
  /** What was found and left alone, and what an operator may do about it. */
  readonly findings: readonly string[];
}
