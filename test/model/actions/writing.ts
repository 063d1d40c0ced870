import type { Content, Database, Marker, Work } from '../state';
import { closed, rowHeld } from '../world';
import { going, notOwn, tooLate, type Action, type Scene } from './scene';

/** The parts of a target that a step writes, by their place in its content. */
const PARTS: Readonly<Partial<Record<Work, number>>> = {
  initSchema: 0,
  migrateAuth: 1,
  migrateStorage: 2,
  finishSchema: 3,
};

const DONE_BEFORE: readonly Work[] = ['initSchema', 'finishSchema'];

/** Advances the fencing token; a step that is recorded as done has nothing left to do. */
const advanceToken: Action = (scene) => {
  const { state, me, index } = scene;
  const marker = state.target?.marker;
  if (me.write === 'dead' || state.target === undefined) return 'again';
  if (marker?.run !== me.run || marker.completed) return 'again';
  if (rowHeld(state, index, ['shared', 'exclusive'])) return 'waits';
  const token = marker.token + 1;
  const target = { ...state.target, marker: { ...marker, token } };
  const taken = going({ ...scene, state: { ...state, target } }, { token }).state;
  const broken = tooLate(scene);
  if (!DONE_BEFORE.includes(me.work) || !marker.steps.includes(me.work))
    return { state: taken, broken };
  return { state: closed(taken, index, 'write'), to: 'answer', broken };
};

/** Begins a write transaction, which checks the fencing token. */
const begin: Action = (scene) => {
  const { state, me, index, guards } = scene;
  if (me.write === 'dead') return 'again';
  if (!guards.has('token')) return going(scene, {});
  if (rowHeld(state, index, ['exclusive'])) return 'waits';
  const marker = state.target?.marker;
  const holds = marker?.run === me.run && marker.token === me.token && !marker.completed;
  return holds ? going(scene, { row: 'shared' }) : 'again';
};

/** Commits what a step writes, and its record with it. */
const commit: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.write === 'dead' || state.target === undefined) return 'again';
  const content = written(scene, state.target.content);
  if (content === undefined) return 'again';
  const marker = state.target.marker && recorded(state.target.marker, me.work);
  const open = me.work === 'verifyProject' || state.target.open;
  const target: Database = { content, open, marker };
  return { state: closed({ ...state, target }, index, 'write'), broken: notOwn(scene) };
};

function written({ me, before }: Scene, content: Content): Content | undefined {
  const part = PARTS[me.work];
  if (part === undefined) return content;
  if (part > 0) return content.startsWith('-') ? undefined : replaced(content, part, me.run);
  if (before.kind === 'filled') return content;
  return content.startsWith('-') ? replaced(content, part, me.run) : undefined;
}

function replaced(content: Content, part: number, by: string): Content {
  return `${content.slice(0, part)}${by}${content.slice(part + 1)}`;
}

function recorded(marker: Marker, work: Work): Marker {
  if (work === 'verifyProject') return { ...marker, completed: true };
  if (!DONE_BEFORE.includes(work) || marker.steps.includes(work)) return marker;
  return { ...marker, steps: [...marker.steps, work] };
}

/** An earlier attempt may have completed the migration, and only its answer was lost. */
const findCompleted: Action = (scene) => {
  const marker = scene.state.target?.marker;
  return marker?.run === scene.me.run && marker.completed
    ? { state: scene.state, to: 'answer' }
    : going(scene, {});
};

/** The actions that write with the lease held, by name. */
export const WRITING = { advanceToken, begin, commit, findCompleted } as const;
