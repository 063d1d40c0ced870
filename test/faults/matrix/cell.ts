import { judge } from '../outside/verdict';
import type { Kind } from '../ground/kinds';
import type { Lane } from '../ground/lane';
import { within } from '../../support/until';
import { expectedLetters, LETTERS } from './expected-endings';
import type { Fault } from './fault';
import type { Place } from './places';
import { clearStage, setStage, startMigration, type Scene } from './scene';
import { settle, type Account } from './settle';
import { FAULTS } from './faults';
import { reconcile } from './faults/reconciled';
import { WORKERS } from './faults/workers';

/** One cell: a fault at a moment, with a target of some kind. */
export interface Cell {
  readonly place: Place;
  readonly fault: Fault;
  readonly kind: Kind;
}

/** How a cell ended. */
export type Ending = 'migrated' | 'restored' | 'untouched' | 'parked, restored';

/** What became of a cell; `problems` is empty where all is well. */
export interface Result {
  readonly cell: Cell;
  readonly seconds: number;
  readonly ending: Ending | undefined;
  /** Why the cell cannot occur. */
  readonly reason?: string;
  readonly problems: readonly string[];
}

/** What a lane works with from cell to cell. */
export interface Bench {
  readonly lane: Lane;
  /** The source as it was at the very beginning. */
  readonly source: readonly string[];
}

const REACH_MS = 120_000;

/**
 * Plays one cell, looks at what is left and compares the ending with the expected one. Rejects if the cell
 * could not be played to its end.
 */
export async function play(bench: Bench, cell: Cell): Promise<Pick<Result, 'ending' | 'problems'>> {
  const { lane } = bench;
  const { place, fault, kind } = cell;
  const project = lane.nextProject();
  await lane.crew.fill(WORKERS);
  const stage = await setStage(lane, project, kind);
  const stop = place.stop(lane, kind);
  if (place.step === 'restoreProject') failVerification(lane);
  const handle = await (fault.start ?? startMigration)(stage);
  const held = await within('the moment to come', stop.reached, REACH_MS);
  const scene: Scene = { ...stage, handle, held, release: stop.release, drop: stop.drop };
  await fault.strike(scene);
  const ended = await settle(handle);
  await fault.fix?.(scene);
  const first = ended.wasParked ? await reconcile(scene, 'parked') : ended;
  const account = (await fault.afterwards?.(scene, first)) ?? first;
  for (const side of [lane.source, lane.target]) side.network.fix();
  const { migrated, problems } = await judge(stage, account, bench.source);
  await clearStage(stage);
  lane.crew.forget();
  const ending = endingOf(cell, migrated, account);
  return { ending, problems: [...problems, ...unexpected(cell, ending, account)] };
}

/** The restore comes only after a failure, so one is injected: its verification never begins. */
function failVerification(lane: Lane): void {
  void lane.crew
    .next(({ activity, at }) => activity === 'verifyProject' && at === 'before')
    .then((gate) => gate.answer('fail'));
}

/** What is wrong with an ending that is not the one written down; of zombies none is, whoever plays them judges. */
function unexpected(cell: Cell, ending: Ending, { outcome, status }: Account): readonly string[] {
  if (!FAULTS.includes(cell.fault)) return [];
  const expected = expectedLetters(cell);
  if (expected.includes(LETTERS[ending])) return [];
  return [`ended "${ending}" (${status}, outcome "${outcome}"), expected ${expected}`];
}

function endingOf({ place }: Cell, migrated: boolean, account: Account): Ending {
  const { wasParked, outcome, status } = account;
  if (wasParked) return 'parked, restored';
  if (migrated) return 'migrated';
  // A restore under way may be over before its worker hears that the run was terminated.
  const isOver = place.step === 'restoreProject' && status === 'TERMINATED';
  return outcome === 'restored' || isOver ? 'restored' : 'untouched';
}
