import { openGround, type GroundOptions } from '../ground/ground';
import { serverSettings } from '../ground/server-settings';
import { installedPeers } from '../movers/installed';
import { isPeer, type BenchMover } from '../movers/mover';
import { moveout } from '../movers/moveout';
import type { MoveoutName, MoverName, PeerName } from '../movers/names';
import type { BenchResult, SizeResult } from '../result/schema';
import { thisMachine } from '../result/machine';
import { growthOf, moverResults, type MeasuredMove } from '../result/summary';
import { versionOfPackage } from '../../client/arguments';
import type { BenchRun } from '../run-interruptibly';
import { keptSource } from '../source/fill-source';
import type { SourceSpec } from '../source/source-spec';
import { measureMove } from './measure-move';

/** What is measured: sources, movers and how often. */
export interface CompareOptions extends GroundOptions {
  readonly sources: readonly SourceSpec[];
  readonly formats: readonly MoveoutName[];
  readonly peers: readonly PeerName[];
  /** Undefined: the first peer that is installed. */
  readonly against: MoverName | undefined;
  readonly rounds: number;
}

/** Moves one project of each source by each mover in turn, as many times as there are rounds. */
export async function compare(run: BenchRun, options: CompareOptions): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const { peers, missing } = await installedPeers(options.peers);
  for (const { mover, install } of missing)
    run.say(`${mover} is not installed, the bench goes on without it; to install it: ${install}`);
  const movers = [...options.formats.map((name) => moveout(name, versionOfPackage())), ...peers];
  const sizes: SizeResult[] = [];
  let release = '';
  for (const source of options.sources) {
    const measured = await run.cleanup.within((cleanup) =>
      measureSize({ ...run, cleanup }, { ...options, source, movers }),
    );
    release = measured.release;
    sizes.push(measured.size);
  }
  return {
    ...{ kind: 'one-project', startedAt, machine: thisMachine() },
    postgres: { release, settings: { ...serverSettings(options.settings) } },
    ...{ seed: options.sources[0]?.seed ?? '', rounds: options.rounds, missing },
    ...{ sizes, growth: growthOf(sizes) },
  };
}

interface SizeOptions extends CompareOptions {
  readonly source: SourceSpec;
  readonly movers: readonly BenchMover[];
}

async function measureSize(
  run: BenchRun,
  { source, movers, rounds, ...options }: SizeOptions,
): Promise<{ readonly release: string; readonly size: SizeResult }> {
  const ground = await openGround(run, keptSource(source), options);
  const moves = new Map<BenchMover, MeasuredMove[]>(movers.map((mover) => [mover, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const mover of inTurn(movers, round)) {
      const move = await measureMove(ground, mover, { round, signal: run.signal, source });
      run.say(`${source.users} users, round ${round}, ${mover.name}: ${move.seconds.toFixed(1)} s`);
      moves.get(mover)?.push(move);
    }
  }
  const measured = [...moves].map(([{ name, version }, all]) => ({
    ...{ mover: name, version, moves: all },
  }));
  const against = options.against ?? defaultAgainst(movers);
  const { users, objects, neighbours } = source;
  const rows = measured.flatMap(({ moves: all }) => all.flatMap((move) => move.rows ?? []))[0] ?? 0;
  const results = moverResults(measured, against);
  return {
    release: ground.postgres.release,
    size: { users, objects, neighbours, rows, against, movers: results },
  };
}

/** Each round begins with another mover: none always has the caches that the same one left. */
function inTurn(movers: readonly BenchMover[], round: number): readonly BenchMover[] {
  const first = (round - 1) % movers.length;
  return [...movers.slice(first), ...movers.slice(0, first)];
}

/** The first peer, or else the first of all. */
function defaultAgainst(movers: readonly BenchMover[]): MoverName {
  const [first] = [...movers.filter(isPeer), ...movers];
  if (first === undefined) throw new Error('nothing is left to measure');
  return first.name;
}
