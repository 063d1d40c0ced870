/** What holds the step machine together; each can be taken out of the model, to see what it is for. */
export const GUARDS = {
  early: 'the compensation is registered before the first write',
  shield: 'the restore is shielded from cancellation',
  byState: 'the restore goes by the state of the target, not by the steps that answered',
  busyRestores: 'a run that finds its target taken undoes what it had begun',
  staging: 'a new database has a name of the run until it carries the marker',
  asked: 'an attempt asks Temporal, its lock session open, whether it is still the current one',
  sweep: 'the sessions of other attempts of the run are ended',
  sweepAgain: 'they are ended once more when the lock is held',
  lock: 'the lock is held by one attempt at a time',
  lockCheck: 'a session that may write is opened only while the own lock session lives',
  epoch: 'a write transaction checks the epoch, and holds it',
  opensLast:
    'a target is closed to its clients until the transaction that completes or restores it',
  proof: 'a restore is proved before it counts',
  dropFences: 'a database is dropped once its epoch has been raised, which a claim compares',
  claimAsPlanned: 'a target is claimed only under the marker that the plan saw',
  replaceClosed: 'only a run that is closed can be replaced',
  sweepReplaced: 'a run that replaces another ends its sessions too',
  abandonFences: 'a restore is given up from behind the fence',
  reconcileFences: 'reconcile passes the fence before it judges',
} as const;

export type Guard = keyof typeof GUARDS;

/** The guards in force. */
export type Guards = ReadonlySet<Guard>;

function isGuard(name: string): name is Guard {
  return Object.hasOwn(GUARDS, name);
}

/** All guards, by name. */
export const ALL: readonly Guard[] = Object.keys(GUARDS).filter(isGuard);

/** Every guard but those named. */
export function without(...names: readonly Guard[]): Guards {
  return new Set(ALL.filter((guard) => !names.includes(guard)));
}
