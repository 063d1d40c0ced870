import type { Database, Marker } from '../state';
import { closed, dropped, rowHeld } from '../world';
import { going, notOwn, tooLate, type Action, type Scene } from './scene';

const NOTHING = '----';

/** Opens a session that may write, unless another attempt has taken over. */
function opening(session: 'maintenance' | 'write', place: 'target' | 'staging'): Action {
  return (scene) => {
    const { me, state, guards } = scene;
    if (guards.has('lockCheck') && me.lock === 'dead') return 'again';
    if (session === 'maintenance') return going(scene, { maintenance: 'open' });
    const database = place === 'target' ? state.target : state.staging[me.run];
    return database === undefined ? 'again' : going(scene, { write: 'open', place });
  };
}

const openMaintenance = opening('maintenance', 'target');
const openTarget = opening('write', 'target');
const openStaging = opening('write', 'staging');

/** A target that already exists is the run's own, or another run's. */
const findTarget: Action = (scene) => {
  const { state, me } = scene;
  if (me.maintenance === 'dead') return 'again';
  if (state.target === undefined) return going(scene, {});
  if (state.target.marker?.run !== me.run) return 'busy';
  return { state: closed(state, scene.index, 'maintenance'), to: 'openTarget' };
};

const dropStaging: Action = (scene) => {
  const { state, me } = scene;
  if (me.maintenance === 'dead') return 'again';
  if (state.staging[me.run] === undefined) return going(scene, {});
  return { state: dropped(state, 'staging', me.run), broken: tooLate(scene) };
};

const createStaging: Action = (scene) => {
  const { state, me } = scene;
  if (me.maintenance === 'dead' || state.staging[me.run] !== undefined) return 'again';
  const staging = {
    ...state.staging,
    [me.run]: { content: NOTHING, open: true, marker: undefined },
  };
  return { state: { ...state, staging }, broken: tooLate(scene) };
};

const markStaging: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.write === 'dead') return 'again';
  const marked: Database = {
    content: NOTHING,
    open: !scene.guards.has('opensLast'),
    marker: markerOf(scene, undefined),
  };
  const staging = { ...state.staging, [me.run]: marked };
  return { state: closed({ ...state, staging }, index, 'write'), broken: tooLate(scene) };
};

/** Nobody may be connected to a database that is renamed, and the name must be free. */
const rename: Action = (scene) => {
  const { state, me, index } = scene;
  const database = state.staging[me.run];
  const used = state.attempts.some(
    (one) => one.write === 'open' && one.place === 'staging' && one.run === me.run,
  );
  if (me.maintenance === 'dead' || used || database === undefined || state.target !== undefined)
    return 'again';
  const staging = { ...state.staging, [me.run]: undefined };
  const renamed = closed({ ...state, staging, target: database }, index, 'maintenance');
  return { state: renamed, broken: tooLate(scene) ?? tooOpen(database) };
};

/** What a run would do without the staging name: it creates the database first and sets the marker later. */
const createTarget: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.maintenance === 'dead' || state.target !== undefined) return 'again';
  const target = { content: NOTHING, open: true, marker: undefined };
  return {
    state: closed({ ...state, target }, index, 'maintenance'),
    broken: tooLate(scene),
  };
};

/** Claims a target that already exists, in one transaction; claiming it again changes nothing. */
const claim: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.write === 'dead' || state.target === undefined) return 'again';
  if (rowHeld(state, index, ['shared', 'exclusive'])) return 'waits';
  const { marker } = state.target;
  if (marker?.run === me.run) return { state: closed(state, index, 'write') };
  if (!isFree(scene, marker)) return 'busy';
  const open = state.target.open && !scene.guards.has('opensLast');
  const target = { ...state.target, open, marker: markerOf(scene, marker) };
  return {
    state: closed({ ...state, target }, index, 'write'),
    broken: asPlanned(scene, marker)
      ? (tooLate(scene) ?? tooOpen(target))
      : 'a target was claimed that the plan never saw',
  };
};

/** What a client writes before the target is verified is lost, or is mistaken for a row of the project. */
function tooOpen({ open, marker }: Database): string | undefined {
  return open && marker?.completed === false
    ? 'clients may connect to a target that is not verified'
    : undefined;
}

function isFree(scene: Scene, marker: Marker | undefined): boolean {
  if (scene.guards.has('claimAsPlanned')) return asPlanned(scene, marker);
  return marker?.completed !== false || asPlanned(scene, marker);
}

function asPlanned({ before, guards }: Scene, marker: Marker | undefined): boolean {
  const same = marker?.run === before.marker?.run && marker?.completed === before.marker?.completed;
  return same && (!guards.has('dropFences') || marker?.token === before.marker?.token);
}

function markerOf({ me, before }: Scene, previous: Marker | undefined): Marker {
  const created = before.kind === 'absent';
  const token = (previous?.token ?? 0) + 1;
  return { run: me.run, completed: false, token, steps: [], created, previous };
}

/** Drops the database that this run created. */
const dropTarget: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.maintenance === 'dead') return 'again';
  const done = closed(state, index, 'maintenance');
  if (me.found !== 'created' || state.target === undefined) return { state: done };
  return { state: dropped(done, 'target', me.run), broken: notOwn(scene) };
};

/** The actions that create, mark, claim and drop databases, by name. */
export const CREATING = {
  openMaintenance,
  openTarget,
  openStaging,
  findTarget,
  dropStaging,
  createStaging,
  markStaging,
  rename,
  createTarget,
  claim,
  dropTarget,
} as const;
