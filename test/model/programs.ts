import { CREATING } from './actions/creating';
import { PASSING } from './actions/passing';
import { RESTORING } from './actions/restoring';
import { going, type Action, type Outcome, type Scene } from './actions/scene';
import { WRITING } from './actions/writing';
import type { Guards } from './guards';
import type { Scenario } from './scenario';
import type { Before, Work } from './state';

/** Every atomic action, by the name it has in a trace. The last one is the attempt's answer. */
const ACTIONS = {
  ...PASSING,
  ...CREATING,
  ...WRITING,
  ...RESTORING,
  answer: (scene: Scene) => going(scene, {}),
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;

/** Does one action. */
export function act(name: ActionName, scene: Scene): Outcome {
  const action: Action = ACTIONS[name];
  return action(scene);
}

function passingFence(guards: Guards): readonly ActionName[] {
  const sweep: readonly ActionName[] = guards.has('sweep') ? ['look', 'end'] : [];
  return [
    'openLock',
    ...(guards.has('asked') ? (['ask'] as const) : []),
    ...sweep,
    'takeLock',
    ...(guards.has('sweepAgain') ? sweep : []),
    'pass',
  ];
}

const TRANSACTION = ['openTarget', 'advanceToken', 'begin', 'commit'] as const;

function claiming(kind: Before['kind'], guards: Guards): readonly ActionName[] {
  if (kind !== 'absent') return ['openTarget', 'claim'];
  const found = ['openMaintenance', 'findTarget'] as const;
  return guards.has('staging')
    ? [...found, 'dropStaging', 'createStaging', 'openStaging', 'markStaging', 'rename']
    : [...found, 'createTarget', 'openTarget', 'claim'];
}

function undoing(kind: Before['kind']): readonly ActionName[] {
  return kind === 'absent'
    ? ['readMarker', 'openMaintenance', 'dropStaging', 'takeForDrop', 'dropTarget', 'prove']
    : ['readMarker', 'openTarget', 'beginUndo', 'commitUndo', 'prove'];
}

function doing(work: Work, kind: Before['kind'], guards: Guards): readonly ActionName[] {
  switch (work) {
    case 'initSchema':
      return [...claiming(kind, guards), ...TRANSACTION];
    case 'migrateAuth':
    case 'migrateStorage':
    case 'finishSchema':
      return TRANSACTION;
    case 'verifyProject':
      return ['findCompleted', ...TRANSACTION];
    case 'restoreProject':
      return undoing(kind);
    case 'fence':
      return [];
  }
}

const known = new WeakMap<Scenario, Map<string, readonly ActionName[]>>();

/** The atomic actions of an activity, in their order. */
export function programOf(
  work: Work,
  kind: Before['kind'],
  scenario: Scenario,
): readonly ActionName[] {
  const programs = known.get(scenario) ?? new Map<string, readonly ActionName[]>();
  known.set(scenario, programs);
  const found = programs.get(work + kind);
  if (found !== undefined) return found;
  const { guards, atOnce = false } = scenario;
  const passing = atOnce ? (['passFence'] as const) : passingFence(guards);
  const program = [...passing, ...doing(work, kind, guards), 'answer' as const];
  programs.set(work + kind, program);
  return program;
}
