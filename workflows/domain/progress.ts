import type { NextStep } from './next-steps';
import type { Step } from './step-names';

export interface TableProgress {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface StepProgress {
  readonly step: Step;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  /** One line for people: what the step did or is doing. */
  readonly note?: string | undefined;
  readonly tables: readonly TableProgress[];
}

/** Why a run was parked, in one sentence, and the commands that help. */
export interface Notice {
  readonly why: string;
  /** Tries the restore again. */
  readonly restore: string;
  /** Accepts the target as it stands. */
  readonly abandon: string;
}

/** A step that no worker of its host has started. */
export interface HostAwaited {
  /** The host that has the run's backups. */
  readonly host: string;
  readonly activity: string;
  /** ISO 8601 in UTC. */
  readonly since: string;
}

/** That a step waits for its host, and what helps, in one line for people. */
export function awaitedIn({ host, activity, since }: HostAwaited): string {
  return `Waits for host ${host} since ${since}: no worker of it has started ${activity}. If none runs, start one that has its backup directory; if all are busy, wait. The run continues by itself.`;
}

/** The answer to the `progress` query. */
export interface Progress {
  readonly projectRef: string;
  readonly databaseName?: string | undefined;
  readonly backupId?: string | undefined;
  readonly outcome: string;
  /** If the run was parked: why, and what helps. */
  readonly notice?: Notice | undefined;
  /** If a step waits for a worker of its host: which, and since when. */
  readonly awaited?: HostAwaited | undefined;
  readonly steps: readonly StepProgress[];
  /** Once the run is done: what is left to do by hand. */
  readonly nextSteps?: readonly NextStep[] | undefined;
}

/** What a running activity says of itself with each heartbeat; counts only. */
export interface StepHeartbeat {
  readonly step: Step;
  readonly table?: string | undefined;
  /** Totals of this attempt so far. */
  readonly rows: number;
  readonly bytes: number;
  /** What the step will reach by estimate, if known. */
  readonly totalRows?: number | undefined;
  /** If the step waits: for what, in words. */
  readonly waitsFor?: string | undefined;
}
