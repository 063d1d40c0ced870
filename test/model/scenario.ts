import type { Guards } from './guards';
import type { Before, Run, RunName, State } from './state';

/** What is explored: the world at first, who runs, and how many attempts may be late at the same time. */
export interface Scenario {
  readonly kind: Before['kind'];
  readonly guards: Guards;
  /** The runs for this project and target, and whether each was told to replace what it finds. */
  readonly runs: Readonly<Partial<Record<RunName, { readonly replace: boolean }>>>;
  /** How many attempts that Temporal has given up on may still run at the same time. */
  readonly late: number;
  /** The runs that meet every fault; left out, all. The others only fail, and then restore well. */
  readonly faulty?: readonly RunName[];
  /** The runs whose lock session may be lost by accident, beside those that meet every fault. */
  readonly losing?: readonly RunName[];
  /** Whether a stranger may create the target by hand. */
  readonly stranger?: boolean;
  /** Leaves out the steps between the first and the last, which are alike. */
  readonly short?: boolean;
  /** Takes the lease in one action: races while it is taken are explored with one run. */
  readonly atOnce?: boolean;
}

const NAMES = ['A', 'B'] as const;

/** The parts of a target that hold something at first. */
export const ORIGINAL = { absent: undefined, empty: '----', filled: 'oooo' } as const;

/** The world before anybody starts. */
export function initialState({ kind, runs, stranger = false }: Scenario): State {
  const content = ORIGINAL[kind];
  const waiting: Run = {
    ...{ phase: 'planMigration', before: undefined, answered: [], busy: false },
    interrupted: false,
  };
  return {
    runs: {
      A: runs.A && waiting,
      B: runs.B && waiting,
    },
    attempts: [],
    target: content === undefined ? undefined : { content, open: true, marker: undefined },
    staging: { A: undefined, B: undefined },
    stranger,
  };
}

export function runNames({ runs }: State): readonly RunName[] {
  return NAMES.filter((name) => runs[name] !== undefined);
}

export function isFaulty(name: RunName, { faulty }: Scenario): boolean {
  return faulty?.includes(name) !== false;
}
