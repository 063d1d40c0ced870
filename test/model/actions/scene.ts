import type { Guards } from '../guards';
import type { Attempt, Before, Run, State } from '../state';
import { withAttempt } from '../world';

/** An attempt about to do its next atomic action. */
export interface Scene {
  readonly state: State;
  readonly index: number;
  readonly me: Attempt;
  readonly run: Run;
  readonly before: Before;
  readonly guards: Guards;
}

/** The action was done: on with the next one, or with the one named. `broken` says which promise is. */
export interface Done {
  readonly state: State;
  readonly to?: string | undefined;
  readonly broken?: string | undefined;
}

/** What came of an action: done; waiting for a row; or the attempt fails, to be retried or not. */
export type Outcome = Done | 'waits' | 'again' | 'busy';

export type Action = (scene: Scene) => Outcome;

const CLOSED: ReadonlySet<string> = new Set([
  'migrated',
  'restored',
  'refused',
  'abandoned',
  'unrestored',
]);

export function isClosed(run: Run | undefined): boolean {
  return run === undefined || CLOSED.has(run.phase);
}

/** Goes on with a change of the attempt itself. */
export function going({ state, index }: Scene, change: Partial<Attempt>): Done {
  return { state: withAttempt(state, index, change) };
}

/** Why this attempt may not change the server any more; `undefined` if it may. */
export function tooLate({ me, run }: Scene): string | undefined {
  if (me.fenced) return 'an attempt changed something after a later one had taken the lease';
  if (isClosed(run)) return `an attempt changed something after its run was closed as ${run.phase}`;
  return undefined;
}

/** The same for a change in the target, which must be the run's. */
export function notOwn(scene: Scene): string | undefined {
  if (scene.state.target?.marker?.run !== scene.me.run)
    return 'an attempt changed a target that does not carry the marker of its run';
  return tooLate(scene);
}
