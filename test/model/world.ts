import type { Attempt, Database, Marker, Run, RunName, State } from './state';

const fresh = new Map<string, Attempt>();

/** An attempt as it starts: nothing is open, nothing is known. One object serves for all that are alike. */
export function freshAttempt(run: RunName, work: Attempt['work']): Attempt {
  const known = fresh.get(run + work);
  if (known !== undefined) return known;
  const attempt: Attempt = {
    run,
    work,
    at: 0,
    current: true,
    fenced: false,
    lock: 'none',
    maintenance: 'none',
    write: 'none',
    place: 'target',
    row: 'none',
    token: 0,
    seen: 0,
    found: 'unread',
  };
  fresh.set(run + work, attempt);
  return attempt;
}

export function withAttempt(state: State, index: number, change: Partial<Attempt>): State {
  const attempts = state.attempts.map((one, at) => (at === index ? { ...one, ...change } : one));
  return { ...state, attempts };
}

export function withRun(state: State, name: RunName, change: Partial<Run>): State {
  const run = state.runs[name];
  if (run === undefined) return state;
  return { ...state, runs: { ...state.runs, [name]: { ...run, ...change } } };
}

/** The same attempt where nothing changes, so that its key is known already. */
function withSeen(attempt: Attempt, seen: number): Attempt {
  return attempt.seen === seen ? attempt : { ...attempt, seen };
}

/** Takes an attempt away with all its sessions; what others have read of them means nothing any more. */
export function withoutAttempt(state: State, index: number): State {
  const low = (1 << (3 * index)) - 1;
  const attempts = state.attempts
    .filter((_one, at) => at !== index)
    .map((one) => withSeen(one, (one.seen & low) | ((one.seen >> 3) & ~low)));
  return { ...state, attempts };
}

/** The bits of an attempt's sessions in what a sweep has read. */
export const BIT = { lock: 1, maintenance: 2, write: 4 } as const;

const CLOSED = {
  maintenance: { maintenance: 'none' },
  write: { write: 'none', row: 'none', token: 0 },
} as const;

/** Closes a session of its own; a sweep that has read it will not find it. */
export function closed(state: State, index: number, which: 'maintenance' | 'write'): State {
  const gone = ~(BIT[which] << (3 * index));
  const attempts = state.attempts.map((one, at) =>
    at === index ? { ...one, ...CLOSED[which] } : withSeen(one, one.seen & gone),
  );
  return { ...state, attempts };
}

/** An attempt after some of its sessions were ended from outside: a transaction in one is rolled back. */
export function ended(attempt: Attempt, bits: number): Attempt {
  if (bits === 0) return attempt;
  const { lock, maintenance, write } = attempt;
  return {
    ...attempt,
    ...((bits & BIT.lock) !== 0 && lock !== 'none' && { lock: 'dead' as const }),
    ...((bits & BIT.maintenance) !== 0 &&
      maintenance !== 'none' && { maintenance: 'dead' as const }),
    ...((bits & BIT.write) !== 0 &&
      write !== 'none' && { write: 'dead' as const, row: 'none' as const, token: 0 }),
  };
}

/** Drops a database with whoever is connected to it. */
export function dropped(state: State, place: 'target' | 'staging', run: RunName): State {
  const attempts = state.attempts.map((one) =>
    one.write === 'open' && one.place === place && (place === 'target' || one.run === run)
      ? ended(one, BIT.write)
      : one,
  );
  const without = { ...state, attempts };
  return place === 'target'
    ? { ...without, target: undefined }
    : { ...without, staging: { ...state.staging, [run]: undefined } };
}

/** Whether an open transaction of another session holds the row of the marker, so that a change of it waits. */
export function rowHeld(state: State, index: number, rows: readonly Attempt['row'][]): boolean {
  return state.attempts.some((one, at) => at !== index && rows.includes(one.row));
}

export function chainOf(marker: Marker | undefined): readonly Marker[] {
  return marker === undefined ? [] : [marker, ...chainOf(marker.previous)];
}

function tokensOf({ runs, target, attempts }: State): readonly number[] {
  const known = new Set<number>();
  for (const { token } of attempts) if (token > 0) known.add(token);
  for (const run of [runs.A, runs.B]) if (run?.before?.marker) known.add(run.before.marker.token);
  for (let marker = target?.marker; marker !== undefined; marker = marker.previous)
    known.add(marker.token);
  return [...known].sort((a, b) => a - b);
}

/** Only the order of fencing tokens matters, so they are numbered from one: states with the same future get the same key. */
export function ranked(state: State): State {
  const order = tokensOf(state);
  if (order.every((token, at) => token === at + 1)) return state;
  const rank = (token: number): number => (token === 0 ? 0 : order.indexOf(token) + 1);
  const rankMark = (marker: Marker | undefined): Marker | undefined =>
    marker && { ...marker, token: rank(marker.token), previous: rankMark(marker.previous) };
  const target: Database | undefined = state.target && {
    ...state.target,
    marker: rankMark(state.target.marker),
  };
  const attempts = state.attempts.map((one) =>
    one.token === 0 ? one : { ...one, token: rank(one.token) },
  );
  const rankRun = (run: Run | undefined): Run | undefined =>
    run?.before?.marker === undefined
      ? run
      : {
          ...run,
          before: {
            ...run.before,
            marker: { ...run.before.marker, token: rank(run.before.marker.token) },
          },
        };
  const runs = { A: rankRun(state.runs.A), B: rankRun(state.runs.B) };
  return { ...state, runs, target, attempts };
}
