import { isClosed } from './actions/scene';
import type { Scenario } from './scenario';
import type { Before, Closed, Marker, Phase, Run, RunName, State, Work } from './state';
import { chainOf, freshAttempt, withRun } from './world';
import { brokenAtClosing } from './properties';

/** One thing that can happen, and what is broken by it. */
export interface Move {
  readonly label: string;
  readonly state: State;
  readonly broken?: string | undefined;
}

/** The steps of a run behind the plan, in their order. */
export const ORDER = [
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'finishSchema',
  'verifyProject',
] as const satisfies readonly Phase[];

const SHORT = ['initSchema', 'migrateAuth', 'verifyProject'] as const;

const STEPS: ReadonlySet<Phase> = new Set(ORDER);

/** Whether a run is at a step that a failure or a cancellation ends. */
export function isAtStep(phase: Phase): boolean {
  return STEPS.has(phase);
}

function orderOf({ short = false }: Scenario): readonly (typeof ORDER)[number][] {
  return short ? SHORT : ORDER;
}

/** Begins an activity of a run. */
export function begun(state: State, name: RunName, work: Work): State {
  const at = withRun(state, name, { phase: work });
  return { ...at, attempts: [...at.attempts, freshAttempt(name, work)] };
}

/** Closes a run; what it says of itself must be so. */
export function closing(label: string, state: State, as: { name: RunName; ending: Closed }): Move {
  const { name, ending } = as;
  const ended = withRun(state, name, { phase: ending });
  return { label, state: ended, broken: brokenAtClosing(ended, name, ending) };
}

/** Goes on behind a step that has answered. */
export function answered(state: State, name: RunName, scenario: Scenario): Move {
  const run = state.runs[name];
  const phase = run?.phase ?? 'refused';
  const label = `${name} ${phase} answers`;
  if (phase === 'restoreProject')
    return closing(label, state, { name, ending: run?.busy === true ? 'refused' : 'restored' });
  if (phase === 'fence') return closing(label, state, { name, ending: 'abandoned' });
  if (phase === 'verifyProject') return closing(label, state, { name, ending: 'migrated' });
  const order = orderOf(scenario);
  const next = order[order.findIndex((step) => step === phase) + 1];
  if (next === undefined) return { label, state };
  const noted = scenario.guards.has('byState')
    ? state
    : withRun(state, name, { answered: [...(run?.answered ?? []), 'initSchema'] });
  return { label, state: begun(noted, name, next) };
}

/** Undoes after a failure or a cancellation, or does not, where a guard is missing. */
export function undoing(
  label: string,
  state: State,
  { name, scenario }: { readonly name: RunName; readonly scenario: Scenario },
): Move {
  const unregistered = !scenario.guards.has('early') && state.runs[name]?.phase === 'initSchema';
  if (unregistered) return closing(label, state, { name, ending: 'unrestored' });
  return { label, state: begun(state, name, 'restoreProject') };
}

/** Reads the target; refuses, or goes on to the first step. */
export function planned(state: State, name: RunName, scenario: Scenario): Move {
  const marker = state.target?.marker;
  const label = `${name} planMigration`;
  if (isRefused(state, marker, { name, scenario }))
    return closing(label, state, { name, ending: 'refused' });
  const content = state.target?.content ?? '';
  const kind: Before['kind'] =
    state.target === undefined ? 'absent' : content.startsWith('-') ? 'empty' : 'filled';
  const seen = marker && { run: marker.run, completed: marker.completed, token: marker.token };
  const open = state.target?.open ?? false;
  const before: Before = { kind, content, open, marker: seen };
  return { label, state: begun(withRun(state, name, { before }), name, 'initSchema') };
}

function isRefused(
  { attempts, runs, target }: State,
  marker: Marker | undefined,
  { name, scenario }: { readonly name: RunName; readonly scenario: Scenario },
): boolean {
  if (attempts.some((one) => one.lock === 'holds')) return true;
  const replace = scenario.runs[name]?.replace === true;
  if (marker === undefined) return target?.content.startsWith('-') === false && !replace;
  return !replace || (scenario.guards.has('replaceClosed') && isUnderWay(runs[marker.run]));
}

function isUnderWay(run: Run | undefined): boolean {
  return run?.phase !== 'terminated' && !isClosed(run);
}

/** What the run would have left behind: its marker, wherever it is, or an unnamed database. */
export function traces(state: State, name: RunName): boolean {
  const markers: readonly Marker[] = chainOf(state.target?.marker);
  return state.staging[name] !== undefined || markers.some(({ run }) => run === name);
}
