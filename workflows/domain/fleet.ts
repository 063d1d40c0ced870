import type { Problem } from './plan';

/** How one project of a fleet ended. */
export interface FleetEntry {
  readonly projectRef: string;
  readonly databaseName: string;
  readonly outcome:
    'migrated' | 'already-migrated' | 'restored' | 'refused' | 'parked' | 'busy' | 'failed';
  readonly backupId?: string | undefined;
  readonly rows?: number | undefined;
  readonly problems: readonly Problem[];
}

/** The result of `migrateAll`. */
export interface FleetReport {
  /** `migrated` when every project is, now or before. */
  readonly outcome: 'migrated' | 'failed';
  readonly projects: readonly FleetEntry[];
  readonly startedAt: string;
  readonly finishedAt: string;
}
