import type { Database, Marker } from '../state';
import { chainOf, closed, rowHeld } from '../world';
import { going, notOwn, tooLate, type Action, type Scene } from './scene';

/** Reads whose marker the target carries. Another run's target is not touched. */
const readMarker: Action = (scene) => {
  const marker = scene.state.target?.marker;
  const own = marker?.run === scene.me.run && seesIt(scene);
  if (own) return going(scene, { found: marker.created ? 'created' : 'own' });
  const done = going(scene, { found: 'none' });
  return scene.before.kind === 'absent' ? done : { ...done, to: 'prove' };
};

/** A restore that went by the steps that answered would not look for one whose answer was lost. */
function seesIt({ guards, run }: Scene): boolean {
  return guards.has('byState') || run.answered.includes('initSchema');
}

/** Before a database is dropped: advances its fencing token, and fails if the marker is another run's by now. */
const takeForDrop: Action = (scene) => {
  const { state, me, index, guards } = scene;
  const done = closed(state, index, 'write');
  if (me.found !== 'created' || !guards.has('dropFences')) return { state: done };
  if (guards.has('lockCheck') && me.lock === 'dead') return 'again';
  const marker = state.target?.marker;
  if (state.target === undefined || marker?.run !== me.run) return 'again';
  if (rowHeld(state, index, ['shared', 'exclusive'])) return 'waits';
  const target = { ...state.target, marker: { ...marker, token: marker.token + 1 } };
  return { state: { ...done, target }, broken: tooLate(scene) };
};

/** Begins the one transaction that restores; it holds the marker's row until it ends. */
const beginUndo: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.write === 'dead' || state.target?.marker?.run !== me.run) return 'again';
  if (rowHeld(state, index, ['shared', 'exclusive'])) return 'waits';
  return going(scene, { row: 'exclusive' });
};

/** Restores the earlier content and marker, and lets clients in unless an earlier run had closed the target. */
const commitUndo: Action = (scene) => {
  const { state, me, index, before } = scene;
  if (me.write === 'dead') return 'again';
  const previous = state.target?.marker?.previous;
  const open = previous?.completed !== false;
  const target: Database = { content: before.content, open, marker: previous };
  return { state: closed({ ...state, target }, index, 'write'), broken: notOwn(scene) };
};

/** Proves that the target is as before, or another run's by now, and that nothing of the run is left. */
const prove: Action = (scene) => {
  const { state, me, before, guards } = scene;
  if (!guards.has('proof')) return going(scene, {});
  const { marker, content, open } = state.target ?? {};
  if (marker?.run === me.run || state.staging[me.run] !== undefined) return 'again';
  const asBefore =
    before.kind === 'absent' || (content === before.content && (open === true || !before.open));
  return asBefore || isTakenOver(scene, marker) ? going(scene, {}) : 'again';
};

/** The restore removes the run's own marker: if others have set one since the plan, the proof is theirs. */
function isTakenOver({ me, before }: Scene, marker: Marker | undefined): boolean {
  const chain = chainOf(marker);
  const planned =
    marker?.run === before.marker?.run && marker?.completed === before.marker?.completed;
  return !planned && chain.every(({ run }) => run !== me.run);
}

/** The actions that restore, and prove it, by name. */
export const RESTORING = { readMarker, takeForDrop, beginUndo, commitUndo, prove } as const;
