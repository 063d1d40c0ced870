import type { Scene } from './actions/scene';
import { act, programOf } from './programs';
import { lateOne, movesOfRun } from './outside';
import { isFaulty, runNames, type Scenario } from './scenario';
import type { Attempt, State } from './state';
import { answered, closing, isAtStep, undoing, type Move } from './workflow';
import { BIT, ended, freshAttempt, ranked, withAttempt, withoutAttempt, withRun } from './world';

/** All that can happen next. */
export function successors(state: State, scenario: Scenario): readonly Move[] {
  const moves = [
    ...state.attempts.flatMap((_one, index) => movesOfAttempt(state, index, scenario)),
    ...runNames(state).flatMap((name) => movesOfRun(state, name, scenario)),
    ...strangersMove(state),
  ];
  return moves.map((move) => ({ ...move, state: ranked(withoutSpent(move.state, scenario)) }));
}

/** A late attempt that has no session left, and cannot open one, changes nothing any more. */
function withoutSpent(state: State, { guards }: Pick<Scenario, 'guards'>): State {
  if (!guards.has('lockCheck')) return state;
  const spent = state.attempts.findIndex(
    ({ current, lock, maintenance, write }) =>
      !current && lock === 'dead' && maintenance !== 'open' && write !== 'open',
  );
  return spent < 0 ? state : withoutSpent(withoutAttempt(state, spent), { guards });
}

function movesOfAttempt(state: State, index: number, scenario: Scenario): readonly Move[] {
  const me = state.attempts[index];
  const run = me && state.runs[me.run];
  if (me === undefined || run?.before === undefined) return [];
  const scene = { state, index, me, run, before: run.before, guards: scenario.guards };
  return [...ownMoves(scene, scenario), ...faults(scene, scenario), ...losses(scene, scenario)];
}

/** An attempt without any other session could do nothing more than fail: that is a crash. */
function losses({ state, index, me, guards }: Scene, scenario: Scenario): readonly Move[] {
  if (!isFaulty(me.run, scenario) && scenario.losing?.includes(me.run) !== true) return [];
  const locked = me.lock === 'open' || me.lock === 'holds';
  const goesOn = me.maintenance === 'open' || me.write === 'open' || !guards.has('lockCheck');
  if (!locked || !goesOn) return [];
  return [{ label: `${nameOf(me)} loses its lock session`, state: lockLost(state, index) }];
}

function nameOf({ run, work, current }: Attempt): string {
  return `${run} ${work}${current ? '' : ' (late)'}`;
}

function lockLost(state: State, index: number): State {
  const attempts = state.attempts.map((one, at) => (at === index ? ended(one, BIT.lock) : one));
  return { ...state, attempts };
}

/** The attempt's next atomic action, or its answer. */
function ownMoves(scene: Scene, scenario: Scenario): readonly Move[] {
  const { state, index, me, before } = scene;
  const program = programOf(me.work, before.kind, scenario);
  const name = program[me.at];
  if (name === undefined) return [];
  if (name === 'answer') return answers(scene, scenario);
  const outcome = act(name, scene);
  const label = `${nameOf(me)}: ${name}`;
  if (outcome === 'waits') return [];
  if (outcome === 'again') return [{ label: `${label} fails`, state: repeated(state, index) }];
  if (outcome === 'busy') return [taken(`${label} finds it taken`, scene, scenario)];
  const { to, broken } = outcome;
  const at = to === undefined ? me.at + 1 : program.findIndex((one, n) => n > me.at && one === to);
  return [{ label, broken, state: withAttempt(outcome.state, index, { at }) }];
}

function answers(scene: Scene, scenario: Scenario): readonly Move[] {
  const { state, index, me } = scene;
  const gone = withoutAttempt(state, index);
  if (!me.current) return [{ label: `${nameOf(me)} ends`, state: gone }];
  return [
    answered(gone, me.run, scenario),
    { label: `${nameOf(me)}: the answer is lost`, state: repeated(state, index) },
  ];
}

/** A failure that passes: a current attempt is repeated, nobody waits for a late one. */
function repeated(state: State, index: number): State {
  const me = state.attempts[index];
  const gone = withoutAttempt(state, index);
  if (me?.current !== true) return gone;
  return { ...gone, attempts: [...gone.attempts, freshAttempt(me.run, me.work)] };
}

/** The target is another run's: the run ends as refused. */
function taken(label: string, { state, index, me, guards }: Scene, scenario: Scenario): Move {
  const gone = withoutAttempt(state, index);
  if (!me.current) return { label, state: gone };
  if (!guards.has('busyRestores')) return closing(label, gone, { name: me.run, ending: 'refused' });
  return undoing(label, withRun(gone, me.run, { busy: true }), { name: me.run, scenario });
}

/** What may befall an attempt at any moment. */
function faults(scene: Scene, scenario: Scenario): readonly Move[] {
  const { state, index, me } = scene;
  const name = nameOf(me);
  const gone = withoutAttempt(state, index);
  if (!me.current) return [{ label: `${name} is killed`, state: gone }];
  const crash = me.at > 0 ? [{ label: `${name} crashes`, state: repeated(state, index) }] : [];
  if (!isFaulty(me.run, scenario)) return [...crash, ...failsForGood(scene, scenario)];
  const late = lateOne(state, index, scenario);
  const again = { ...late, attempts: [...late.attempts, freshAttempt(me.run, me.work)] };
  const silence = late === gone ? [] : [{ label: `${name} falls silent`, state: again }];
  if (me.work === 'fence') return [...crash, ...silence];
  if (me.work !== 'restoreProject') return [...crash, ...silence, ...failsForGood(scene, scenario)];
  const parked = (from: State): State => withRun(from, me.run, { phase: 'parked' });
  const last =
    late === gone ? [] : [{ label: `${name} falls silent, the last time`, state: parked(late) }];
  return [
    ...crash,
    ...silence,
    { label: `${name} fails, the last time`, state: parked(gone) },
    ...last,
  ];
}

/** A failure that no repetition helps ends the step, and begins the restore. */
function failsForGood({ state, index, me }: Scene, scenario: Scenario): readonly Move[] {
  if (!isAtStep(me.work)) return [];
  const gone = withoutAttempt(state, index);
  return [undoing(`${nameOf(me)} fails and is not retried`, gone, { name: me.run, scenario })];
}

function strangersMove(state: State): readonly Move[] {
  if (!state.stranger || state.target !== undefined) return [];
  const target = { content: 'ssss', open: true, marker: undefined };
  return [{ label: 'a stranger creates the target', state: { ...state, target, stranger: false } }];
}
