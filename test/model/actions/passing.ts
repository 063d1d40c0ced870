import { BIT, ended, withAttempt } from '../world';
import { going, type Action, type Outcome, type Scene } from './scene';

const ALL_BITS = BIT.lock | BIT.maintenance | BIT.write;

/** Opens the session that will hold the lock; other attempts can see it from now on. */
const openLock: Action = (scene) => going(scene, { lock: 'open' });

/** Temporal answers for the attempt it waits for, and for no other. */
const ask: Action = (scene) => (scene.me.current ? going(scene, {}) : 'again');

/** The sweep reads which sessions there are… */
const look: Action = (scene) => {
  const { state, me, index } = scene;
  if (me.lock === 'dead') return 'again';
  const swept = sweptRuns(scene);
  const seen = state.attempts.reduce((bits, one, at) => {
    if (at === index || !swept.includes(one.run)) return bits;
    const open =
      (one.lock === 'open' || one.lock === 'holds' ? BIT.lock : 0) |
      (one.maintenance === 'open' ? BIT.maintenance : 0) |
      (one.write === 'open' ? BIT.write : 0);
    return bits | (open << (3 * at));
  }, 0);
  return going(scene, { seen });
};

/** …and ends them, one after the other, waiting until each is gone. */
const end: Action = ({ state, me, index }) => {
  if (me.lock === 'dead') return 'again';
  const attempts = state.attempts.map((one, at) =>
    at === index ? { ...one, seen: 0 } : ended(one, (me.seen >> (3 * at)) & ALL_BITS),
  );
  return { state: { ...state, attempts } };
};

const takeLock: Action = (scene) => {
  const { state, me, guards } = scene;
  if (me.lock === 'dead') return 'again';
  if (guards.has('lock') && state.attempts.some((one) => one.lock === 'holds')) return 'again';
  return going(scene, { lock: 'holds' });
};

/** An attempt that comes here relies on this: nothing that an earlier attempt does takes effect any more. */
const pass: Action = ({ state, me, index }) => {
  if (me.lock === 'dead') return 'again';
  const older = state.attempts.flatMap((one, at) => (at < index && one.run === me.run ? [at] : []));
  const fenced = older.reduce((before, at) => withAttempt(before, at, { fenced: true }), state);
  return { state: fenced };
};

function sweptRuns({ me, before, guards }: Scene): readonly string[] {
  return guards.has('sweepReplaced') && before.marker !== undefined
    ? [me.run, before.marker.run]
    : [me.run];
}

/** Takes the lease in one action, if only what happens afterwards is of interest. */
const passFence: Action = (scene) => {
  const { guards } = scene;
  const sweep = guards.has('sweep') ? [look, end] : [];
  const asking = guards.has('asked') ? [ask] : [];
  const again = guards.has('sweepAgain') ? sweep : [];
  return inOne([openLock, ...asking, ...sweep, takeLock, ...again, pass], scene);
};

function inOne([first, ...rest]: readonly Action[], scene: Scene): Outcome {
  if (first === undefined) return { state: scene.state };
  const outcome = first(scene);
  if (typeof outcome === 'string') return outcome;
  const me = outcome.state.attempts[scene.index] ?? scene.me;
  return inOne(rest, { ...scene, state: outcome.state, me });
}

/** The actions by which an attempt takes the lease, by name. */
export const PASSING = { openLock, ask, look, end, takeLock, pass, passFence } as const;
