import type { Guard } from './guards';
import type { Scenario } from './scenario';

/** A scenario, for any choice of guards. */
export type Where = Omit<Scenario, 'guards'>;

/** Guards that are removed, the scenario in which that shows soonest, and the promise that is broken. */
export interface Weakness {
  readonly missing: readonly Guard[];
  readonly where: Where;
  readonly promise: string;
}

/** One run that meets every fault. */
export function alone(kind: Scenario['kind']): Where {
  return { kind, runs: { A: { replace: true } }, late: 1, short: true };
}

/** Two runs for one target under two workflow ids: A meets every fault, B loses its lock, fails and restores. */
export function pair(
  kind: Scenario['kind'],
  replace: Readonly<Record<'A' | 'B', boolean>>,
  late = 0,
): Where {
  const runs = { A: { replace: replace.A }, B: { replace: replace.B } };
  return { kind, runs, late, short: true, atOnce: true, faulty: ['A'], losing: ['B'] };
}

const neither = { A: false, B: false } as const;
const second = { A: false, B: true } as const;
const tooLate = 'an attempt changed something after a later one had taken the lease';
const afterwards = (ending: string): string =>
  `an attempt changed something after its run was closed as ${ending}`;
const untrue = (ending: string, what: string): string => `a run closed as ${ending}, but ${what}`;

/** What each guard is for. */
export const WEAKNESSES: readonly Weakness[] = [
  {
    missing: ['early'],
    where: alone('empty'),
    promise: untrue('unrestored', 'its marker stands'),
  },
  {
    missing: ['shield'],
    where: alone('absent'),
    promise: untrue('unrestored', 'its database stands'),
  },
  { missing: ['byState'], where: alone('empty'), promise: 'nothing but giving up is left' },
  {
    missing: ['opensLast'],
    where: alone('absent'),
    promise: 'clients may connect to a target that is not verified',
  },
  {
    missing: ['byState', 'proof'],
    where: alone('empty'),
    promise: untrue('restored', 'its marker stands'),
  },
  {
    missing: ['busyRestores'],
    where: { ...alone('absent'), stranger: true },
    promise: untrue('refused', 'its database stands'),
  },
  { missing: ['staging'], where: alone('absent'), promise: 'the target is not as before' },
  { missing: ['asked'], where: alone('empty'), promise: tooLate },
  { missing: ['sweep'], where: alone('empty'), promise: tooLate },
  { missing: ['sweepAgain'], where: alone('absent'), promise: tooLate },
  { missing: ['lockCheck'], where: alone('empty'), promise: tooLate },
  {
    missing: ['asked', 'sweep', 'sweepAgain', 'lock', 'lockCheck', 'token'],
    where: alone('empty'),
    promise: tooLate,
  },
  {
    missing: ['claimAsPlanned'],
    where: pair('empty', neither),
    promise: 'a target was claimed that the plan never saw',
  },
  {
    missing: ['replaceClosed'],
    where: pair('absent', second),
    promise: untrue('restored', 'its marker stands'),
  },
  {
    missing: ['sweepReplaced'],
    where: pair('empty', second, 1),
    promise: untrue('restored', 'not all is as before'),
  },
  {
    missing: ['dropFences'],
    where: pair('absent', second),
    promise: 'an attempt changed a target that does not carry the marker of its run',
  },
  { missing: ['abandonFences'], where: alone('empty'), promise: afterwards('abandoned') },
  { missing: ['reconcileFences'], where: alone('absent'), promise: afterwards('restored') },
];

/** Guards that the others make up for; `docs/model.md` says why they stay. */
export const SECOND_LINE: readonly Guard[] = ['lock', 'token', 'proof'];
