import { ORIGINAL, runNames, type Scenario } from './scenario';
import type { Closed, RunName, State } from './state';
import { chainOf } from './world';
import { isClosed } from './actions/scene';

/** What is wrong with a run that closes like this, or `undefined`. */
export function brokenAtClosing(state: State, name: RunName, ending: Closed): string | undefined {
  const run = state.runs[name];
  const mark = chainOf(state.target?.mark).find((one) => one.run === name);
  if (ending === 'abandoned') return undefined;
  if (ending === 'migrated')
    return mark?.completed === true ? undefined : 'a run closed as migrated without its mark';
  // One that was replaced after its termination: should its mark come back, reconcile finds that.
  if (run?.interrupted === true && mark !== undefined) return undefined;
  if (mark !== undefined) return `a run closed as ${ending}, but its mark stands`;
  if (state.staging[name] !== undefined)
    return `a run closed as ${ending}, but its database stands`;
  return isAsBefore(state, name)
    ? undefined
    : `a run closed as ${ending}, but not all is as before`;
}

/** As before, or claimed by somebody else since. */
function isAsBefore({ runs, target }: State, name: RunName): boolean {
  const before = runs[name]?.before;
  if (before === undefined || before.kind === 'absent') return true;
  const mark = target?.mark;
  const same = mark?.run === before.mark?.run && mark?.completed === before.mark?.completed;
  return !same || (target?.content === before.content && (target.open || !before.open));
}

/** Whether nothing can happen any more: all runs closed, no attempt left, nothing to reconcile. */
export function isTerminal(state: State): boolean {
  return (
    state.attempts.length === 0 &&
    runNames(state).every((name) => isClosed(state.runs[name]) && !isLeftOver(state, name))
  );
}

/** Whether reconcile would take a closed run up: by the mark that stands. */
export function isLeftOver({ runs, target }: State, name: RunName): boolean {
  const phase = runs[name]?.phase;
  const mark = target?.mark;
  return (phase === 'restored' || phase === 'refused') && mark?.run === name;
}

/** What is wrong with the world when all is over, or `undefined`. */
export function brokenAtTheEnd(state: State, scenario: Scenario): string | undefined {
  const { runs, target, staging } = state;
  const unnamed = runNames(state).some(
    (name) => staging[name] !== undefined && runs[name]?.phase !== 'abandoned',
  );
  if (unnamed) return 'an unnamed database is left';
  const mark = target?.mark;
  if (mark === undefined)
    return isOriginal(state, scenario) ? undefined : 'the target is not as before';
  const phase = runs[mark.run]?.phase;
  if (phase === 'abandoned') return undefined;
  if (!mark.completed) return 'a mark is left of nobody';
  if (phase !== 'migrated') return 'the completed mark of a run that did not migrate';
  if (target?.open !== true) return 'a migrated target that no client can reach';
  return isWhole(state, mark.run, scenario) ? undefined : 'a migrated target without all its rows';
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
