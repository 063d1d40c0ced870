import { brokenAtTheEnd, isTerminal } from './properties';
import { initialState, type Scenario } from './scenario';
import { Keys, type State } from './state';
import { successors } from './successors';

/** What a search over all reachable states found. */
export interface Findings {
  readonly states: number;
  readonly moves: number;
  /** States in which all is over. */
  readonly ends: number;
  /** The first broken promise, and the shortest way to it. */
  readonly broken?: { readonly promise: string; readonly trace: readonly string[] } | undefined;
}

/** All that has been reached: states in the order of their discovery, and how each was come to. */
class Reached {
  readonly states: State[] = [];
  readonly labels: string[] = [];
  readonly parents: number[] = [];
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #keys = new Keys();

  add(state: State, label: string, parent: number): void {
    const key = this.#keys.of(state);
    const known = this.#known.get(key);
    const index = known ?? this.states.length;
    if (parent >= 0) {
      this.from.push(parent);
      this.to.push(index);
    }
    if (known !== undefined) return;
    this.#known.set(key, index);
    this.states.push(state);
    this.labels.push(label);
    this.parents.push(parent);
  }

  trace(index: number): readonly string[] {
    const labels: string[] = [];
    for (let at = index; at > 0; at = this.parents[at] ?? 0) labels.unshift(this.labels[at] ?? '');
    return labels;
  }
}

/** Goes breadth-first through every state that can be reached, until a promise is broken. */
export function explore(scenario: Scenario): Findings {
  const reached = new Reached();
  reached.add(initialState(scenario), '', -1);
  const ends: number[] = [];
  for (let at = 0; at < reached.states.length; at += 1) {
    const state = reached.states[at];
    if (state === undefined) break;
    if (isTerminal(state)) {
      ends.push(at);
      const promise = brokenAtTheEnd(state, scenario);
      if (promise !== undefined) return found(reached, ends, { promise, trace: reached.trace(at) });
    }
    for (const { label, state: next, broken } of successors(state, scenario)) {
      if (broken !== undefined)
        return found(reached, ends, { promise: broken, trace: [...reached.trace(at), label] });
      reached.add(next, label, at);
    }
  }
  return found(reached, ends, deadEnd(reached, ends));
}

function found(reached: Reached, ends: readonly number[], broken: Findings['broken']): Findings {
  return {
    states: reached.states.length,
    moves: reached.from.length,
    ends: ends.length,
    broken,
  };
}

/** The first state from which no way leads to an end, and, where a run is alone, to a good one. */
function deadEnd(reached: Reached, ends: readonly number[]): Findings['broken'] {
  const anyEnd = firstStranded(reached, ends, () => true);
  if (anyEnd >= 0) return { promise: 'no ending can be reached', trace: reached.trace(anyEnd) };
  if (reached.states[0]?.runs.B !== undefined) return undefined;
  const good = ends.filter((at) => reached.states[at]?.runs.A?.phase !== 'abandoned');
  const stuck = firstStranded(reached, good, ({ runs }) => !GIVEN_UP.has(runs.A?.phase));
  if (stuck < 0) return undefined;
  return { promise: 'nothing but giving up is left', trace: reached.trace(stuck) };
}

const GIVEN_UP: ReadonlySet<string | undefined> = new Set(['fence', 'abandoned']);

/** The earliest state that is asked about and that leads to none of the ends; -1 where all do. */
function firstStranded(
  { states, from, to }: Reached,
  ends: readonly number[],
  asked: (state: State) => boolean,
): number {
  const leads = new Uint8Array(states.length);
  const waiting = [...ends];
  for (const at of ends) leads[at] = 1;
  const into = incoming(states.length, from, to);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (let n = into.first[at] ?? 0; n < (into.first[at + 1] ?? 0); n += 1) {
      const before = into.sources[n] ?? 0;
      if (leads[before] === 1) continue;
      leads[before] = 1;
      waiting.push(before);
    }
  }
  return states.findIndex((state, at) => leads[at] === 0 && asked(state));
}

/** The moves by where they lead: those into state n are `sources[first[n]]` up to `first[n + 1]`. */
function incoming(
  size: number,
  from: readonly number[],
  to: readonly number[],
): { readonly first: Int32Array; readonly sources: Int32Array } {
  const first = new Int32Array(size + 1);
  for (const at of to) first[at + 1] = (first[at + 1] ?? 0) + 1;
  for (let at = 0; at < size; at += 1) first[at + 1] = (first[at + 1] ?? 0) + (first[at] ?? 0);
  const free = first.slice();
  const sources = new Int32Array(to.length);
  to.forEach((at, n) => {
    const place = free[at] ?? 0;
    sources[place] = from[n] ?? 0;
    free[at] = place + 1;
  });
  return { first, sources };
}
