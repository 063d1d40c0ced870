import { isLeftOver } from './properties';
import { isFaulty, type Scenario } from './scenario';
import type { RunName, State } from './state';
import { begun, closing, isAtStep, planned, traces, undoing, type Move } from './workflow';
import { withAttempt, withoutAttempt, withRun } from './world';

/** Temporal waits for the attempt no longer; it goes on all the same, or, beyond the bound, is gone. */
export function lateOne(state: State, index: number, { late }: Scenario): State {
  const room = state.attempts.filter(({ current }) => !current).length < late;
  return room ? withAttempt(state, index, { current: false }) : withoutAttempt(state, index);
}

/** The run's own moves, and what is done to it from outside. */
export function movesOfRun(state: State, name: RunName, scenario: Scenario): readonly Move[] {
  const phase = state.runs[name]?.phase;
  if (phase === 'planMigration') return [planned(state, name, scenario)];
  if (!isFaulty(name, scenario)) return [];
  if (phase === 'terminated' || isLeftOver(state, name)) return [reconciled(state, name, scenario)];
  if (phase === 'parked') return decided(state, name, scenario);
  if (phase === 'restoreProject' || phase === 'fence') {
    const ends = terminated(state, name, scenario);
    return scenario.guards.has('shield') || phase === 'fence'
      ? [ends]
      : [ends, cancelled(state, name, scenario)];
  }
  if (phase === undefined || !isAtStep(phase)) return [];
  return [cancelled(state, name, scenario), terminated(state, name, scenario)];
}

function stopped(state: State, name: RunName, scenario: Scenario): State {
  const index = state.attempts.findIndex((one) => one.run === name && one.current);
  return index < 0 ? state : lateOne(state, index, scenario);
}

function cancelled(state: State, name: RunName, scenario: Scenario): Move {
  const label = `${name} is cancelled`;
  const left = stopped(state, name, scenario);
  if (!scenario.guards.has('shield')) return closing(label, left, { name, ending: 'unrestored' });
  return undoing(label, left, { name, scenario });
}

function terminated(state: State, name: RunName, scenario: Scenario): Move {
  const left = stopped(state, name, scenario);
  return {
    label: `${name} is terminated`,
    state: withRun(left, name, { phase: 'terminated', interrupted: true }),
  };
}

function reconciled(state: State, name: RunName, { guards }: Scenario): Move {
  const label = `reconcile takes ${name} up`;
  if (guards.has('reconcileFences') || traces(state, name))
    return { label, state: begun(state, name, 'restoreProject') };
  return closing(label, state, { name, ending: 'restored' });
}

/** What becomes of a run that was parked; whoever starts it again restores first as well. */
function decided(state: State, name: RunName, { guards }: Scenario): readonly Move[] {
  const label = `the target of ${name} is abandoned`;
  return [
    { label: `what ${name} left is restored`, state: begun(state, name, 'restoreProject') },
    guards.has('abandonFences')
      ? { label, state: begun(state, name, 'fence') }
      : closing(label, state, { name, ending: 'abandoned' }),
  ];
}
