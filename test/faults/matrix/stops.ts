import type { Gate } from '../ground/crew';
import type { Lane } from '../ground/lane';
import type { Moment } from '../ground/wire-stop';

/** A run that stands still at an exact moment. */
export interface Stop {
  /** Gives the attempt that stands still. */
  readonly reached: Promise<Gate>;
  /** Lets it go on. */
  readonly release: () => void;
  /** What it was about to send never arrives. */
  readonly drop: () => void;
}

/** Stops at the gate before an activity's body, or between its body and its answer to Temporal. */
export function stopAtGate(lane: Lane, activity: string, at: 'before' | 'after'): Stop {
  return stopWhen(lane, (gate) => gate.activity === activity && gate.at === at);
}

/** Stops an activity before it opens a session, after as many as `opened` others. */
export function stopAtSession(lane: Lane, activity: string, opened: number): Stop {
  const seen = { count: 0 };
  return stopWhen(lane, (gate) => {
    if (gate.activity !== activity || gate.at !== 'session') return false;
    seen.count += 1;
    return seen.count > opened;
  });
}

function stopWhen(lane: Lane, wanted: (gate: Gate) => boolean): Stop {
  const held: { gate?: Gate } = {};
  const reached = lane.crew.next(wanted).then((gate) => {
    held.gate = gate;
    return gate;
  });
  const release = (): void => held.gate?.answer('go');
  return { reached, release, drop: release };
}

/** Stops inside an activity, where the bytes that go to a server come to this moment. */
export function stopOnWire(lane: Lane, side: 'source' | 'target', moment: Moment): Stop {
  const { reached, release, drop } = lane[side].network.stopAt(moment);
  return { reached: reached.then(() => lane.crew.latest), release, drop };
}
