/** What protects the migration; each guard can be removed from the model, to see what it is for. */
export const GUARDS = {
  early: 'the compensation is registered before the first write',
  shield: 'the restore is shielded from cancellation',
  byState: 'the restore goes by the state of the target, not by the steps that answered',
  busyRestores: 'a run that finds its target taken restores what it had begun',
  staging: 'a new database has a name of the run until it carries the marker',
  asked:
    'once its lock session is open, an attempt asks Temporal whether it is still the current one',
  sweep: 'the sessions of other attempts of the run are ended',
  sweepAgain: 'they are ended once more when the lock is held',
  lock: 'the lock is held by one attempt at a time',
  lockCheck: 'a session that may write is opened only while the lock session of the attempt lives',
  token: 'a write transaction checks the fencing token, and holds it until it ends',
  opensLast:
    'a target is closed to its clients until the transaction that completes or restores it',
  proof: 'a restore is proved before it counts',
  dropFences: 'the fencing token is advanced before a database is dropped, and a claim compares it',
  claimAsPlanned: 'a target is claimed only under the marker that the plan saw',
  replaceClosed: 'only a run that is closed, and was not parked, can be replaced',
  sweepReplaced: 'a run that replaces another ends its sessions too',
  abandonFences: 'a target is abandoned only with the lease held',
  reconcileFences: 'reconcile takes the lease before it judges',
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
