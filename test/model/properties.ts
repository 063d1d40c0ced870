import { ORIGINAL, runNames, type Scenario } from './scenario';
import type { Closed, RunName, State } from './state';
import { chainOf } from './world';
import { isClosed } from './actions/scene';

/** What is wrong with a run that closes like this, or `undefined`. */
export function brokenAtClosing(state: State, name: RunName, ending: Closed): string | undefined {
  const run = state.runs[name];
  const marker = chainOf(state.target?.marker).find((one) => one.run === name);
  if (ending === 'abandoned') return undefined;
  if (ending === 'migrated')
    return marker?.completed === true ? undefined : 'a run closed as migrated without its marker';
  // One that was replaced after its termination: should its marker come back, reconcile finds that.
  if (run?.interrupted === true && marker !== undefined) return undefined;
  if (marker !== undefined) return `a run closed as ${ending}, but its marker stands`;
  if (state.staging[name] !== undefined)
    return `a run closed as ${ending}, but its database stands`;
  return isAsBefore(state, name)
    ? undefined
    : `a run closed as ${ending}, but not all is as before`;
}

/** As before, or claimed by another run since. */
function isAsBefore({ runs, target }: State, name: RunName): boolean {
  const before = runs[name]?.before;
  if (before === undefined || before.kind === 'absent') return true;
  const marker = target?.marker;
  const same = marker?.run === before.marker?.run && marker?.completed === before.marker?.completed;
  return !same || (target?.content === before.content && (target.open || !before.open));
}

/** Whether nothing can happen any more: all runs closed, no attempt left, nothing to reconcile. */
export function isTerminal(state: State): boolean {
  return (
    state.attempts.length === 0 &&
    runNames(state).every((name) => isClosed(state.runs[name]) && !isLeftOver(state, name))
  );
}

/** Whether reconcile would take a closed run up: by the marker that stands. */
export function isLeftOver({ runs, target }: State, name: RunName): boolean {
  const phase = runs[name]?.phase;
  const marker = target?.marker;
  return (phase === 'restored' || phase === 'refused') && marker?.run === name;
}

/** What is wrong with the world when all is over, or `undefined`. */
export function brokenAtTheEnd(state: State, scenario: Scenario): string | undefined {
  const { runs, target, staging } = state;
  const unnamed = runNames(state).some(
    (name) => staging[name] !== undefined && runs[name]?.phase !== 'abandoned',
  );
  if (unnamed) return 'an unnamed database is left';
  const marker = target?.marker;
  if (marker === undefined)
    return isOriginal(state, scenario) ? undefined : 'the target is not as before';
  const phase = runs[marker.run]?.phase;
  if (phase === 'abandoned') return undefined;
  if (!marker.completed) return 'a marker is left of nobody';
  if (phase !== 'migrated') return 'the completed marker of a run that did not migrate';
  if (target?.open !== true) return 'a migrated target that no client can reach';
  return isWhole(state, marker.run, scenario)
    ? undefined
    : 'a migrated target without all its rows';
}

function isOriginal({ runs, target }: State, { kind, stranger = false }: Scenario): boolean {
  const migrated = Object.values(runs).some((run) => run?.phase === 'migrated');
  if (migrated || target?.open === false) return false;
  return target?.content === ORIGINAL[kind] || (stranger && target?.content === 'ssss');
}

/** Every part that the steps explored write is the run's. */
function isWhole({ target }: State, name: RunName, { short = false }: Scenario): boolean {
  const parts = short ? [1] : [1, 2, 3];
  return parts.every((part) => target?.content[part] === name);
}
