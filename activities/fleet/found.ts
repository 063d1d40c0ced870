import type { FailureCode } from '../../workflows/domain/failure';
import type { FleetProject } from '../../workflows/domain/fleet';
import type { Project } from '../../workflows/domain/request';
import type { Settled } from './settle-projects';

/** A project that is to be moved; where it is tried again, with the reason. */
export type Retried = Settled & Pick<FleetProject, 'reason'>;

/** The projects of a request, before it is known which of them are migrated. */
export interface Found {
  readonly projects: readonly Project[];
  /** What it is called where they contradict each other. */
  readonly code: FailureCode;
  /** Of those that are not migrated, the ones that are wanted. */
  readonly stillFailed: (open: readonly Settled[]) => Promise<readonly Retried[]>;
  /** Whether a migrated project was so all along, and is none that the request is about. */
  readonly wasDone: (ref: string) => boolean;
}
