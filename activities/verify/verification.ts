import type { Job } from '../../workflows/domain/job';
import type { Manifest } from '../../workflows/domain/manifest';
import type { Attempt } from '../attempt';
import type { BackupStore } from '../backup/store';

/** One verification: what is compared, and with what in hand. */
export interface Verification extends Pick<Attempt, 'connections' | 'meter'> {
  readonly store: BackupStore;
  readonly job: Job;
  readonly manifest: Manifest;
}
