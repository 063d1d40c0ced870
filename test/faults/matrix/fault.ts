import type { WorkflowHandle } from '@temporalio/client';
import type { Lane } from '../ground/lane';
import type { Place } from './places';
import type { Account } from './settle';
import type { Scene, Stage } from './scene';

/** One thing that goes wrong. */
export interface Fault {
  /** The head of its column. */
  readonly name: string;
  /** Why it cannot strike there, or on this machine at all; left out, it always can. */
  readonly obstacle?: (place: Place, lane: Lane) => string | undefined;
  /** How the migration is started; left out, by a client that does not matter any more. */
  readonly start?: (stage: Stage) => Promise<WorkflowHandle>;
  /** Does it, and resumes what stands still, unless that is to wake up late. */
  readonly strike: (scene: Scene) => Promise<void>;
  /** Takes the cause away after the run's end; what was parked is restored then. */
  readonly fix?: (scene: Scene) => Promise<void>;
  /** What else comes after the run's end, before the outside looks; how it ended then, where that is new. */
  readonly afterwards?: (scene: Scene, account: Account) => Promise<Account | undefined>;
}
