import { growthExponent } from '../figures/growth';
import { median, spreadOf } from '../figures/median';
import type { ProcessUse } from '../measure/process-watch';
import type { Move } from '../movers/mover';
import type { MoverName } from '../movers/names';
import type { CpuFigure, ProcessFigure, StatementFigure, StepFigure } from './figures';
import type { BenchResult, MoverResult, SizeResult } from './schema';

/** All that was measured of one move. */
export interface MeasuredMove extends Move, ProcessUse {
  readonly round: number;
  readonly statements: readonly StatementFigure[];
}

/** All moves of one mover, a round each. */
export interface MeasuredMover {
  readonly mover: MoverName;
  readonly version: string;
  readonly moves: readonly MeasuredMove[];
}

/** Sums up the rounds of each mover; the ratios are of the medians, to that of `against`. */
export function moverResults(
  measured: readonly MeasuredMover[],
  against: MoverName,
): readonly MoverResult[] {
  const base = measured.find(({ mover }) => mover === against);
  if (base === undefined) throw new Error(`${against} was not measured`);
  const one = median(base.moves.map(({ seconds }) => seconds));
  return measured.map(({ mover, version, moves }) => {
    const seconds = spreadOf(moves.map((move) => move.seconds));
    return {
      ...{ mover, version, seconds, ratio: seconds.median / one },
      rounds: moves.map(({ round, seconds: took, steps }) => ({
        ...{ round, seconds: took, steps },
      })),
      steps: mediansOf(moves.map(({ steps }) => steps)),
      processes: largestOf(moves.flatMap(({ processes }) => processes)),
      cpu: meansOf(moves.map(({ cpu }) => cpu)),
      statements: meanStatements(moves.map(({ statements }) => statements)),
    };
  });
}

/** How the time of each mover grows with the rows; nothing of fewer than two sizes. */
export function growthOf(sizes: readonly SizeResult[]): BenchResult['growth'] {
  const movers = new Set(sizes.flatMap((size) => size.movers.map(({ mover }) => mover)));
  return [...movers].flatMap((mover) => {
    const exponent = growthExponent(
      sizes.flatMap(({ rows, movers: all }) =>
        all
          .filter((one) => one.mover === mover)
          .map(({ seconds }) => ({ rows, seconds: seconds.median })),
      ),
    );
    return exponent === undefined ? [] : [{ mover, exponent }];
  });
}

function mediansOf(rounds: readonly (readonly StepFigure[])[]): StepFigure[] {
  return [...grouped(rounds.flat(), ({ step }) => step)].map(([step, figures]) => ({
    step,
    seconds: median(figures.map(({ seconds }) => seconds)),
  }));
}

function largestOf(processes: readonly ProcessFigure[]): ProcessFigure[] {
  return [...grouped(processes, ({ name }) => name)].map(([name, figures]) => ({
    name,
    processes: Math.max(...figures.map((figure) => figure.processes)),
    peakMegabytes: Math.max(...figures.map(({ peakMegabytes }) => peakMegabytes)),
    togetherMegabytes: Math.max(...figures.map(({ togetherMegabytes }) => togetherMegabytes)),
  }));
}

/** What a round has not counts as nothing. */
function meansOf(rounds: readonly (readonly CpuFigure[])[]): CpuFigure[] {
  const keyOf = ({ name, database = '', thread = '' }: CpuFigure): string =>
    [name, database, thread].join('\0');
  return [...grouped(rounds.flat(), keyOf).values()]
    .flatMap((figures) => {
      const seconds = figures.reduce((sum, figure) => sum + figure.seconds, 0) / rounds.length;
      return figures.slice(0, 1).map((figure) => ({ ...figure, seconds }));
    })
    .sort((a, b) => b.seconds - a.seconds);
}

function meanStatements(rounds: readonly (readonly StatementFigure[])[]): StatementFigure[] {
  const keyOf = ({ database, statement }: StatementFigure): string =>
    [database, statement].join('\0');
  return [...grouped(rounds.flat(), keyOf).values()]
    .flatMap((figures) => {
      const mean = (of: (figure: StatementFigure) => number): number =>
        figures.reduce((sum, figure) => sum + of(figure), 0) / rounds.length;
      return figures.slice(0, 1).map((figure) => ({
        ...{ ...figure, calls: mean(({ calls }) => calls) },
        ...{ seconds: mean(({ seconds }) => seconds), rows: mean(({ rows }) => rows) },
      }));
    })
    .sort((a, b) => b.seconds - a.seconds);
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(keyOf(one), [...(found.get(keyOf(one)) ?? []), one]);
  return found;
}
