import { count } from '../../client/progress/words';
import { grid } from '../../client/report/grid';
import type { Phase, ThrottleBenchResult } from '../throttle/throttle-schema';

/** The figures of `bench throttle` for people. */
export function throttleText(result: ThrottleBenchResult): string {
  const { machine, postgres, users, clients, rate, throttle, phases } = result;
  const { maxActiveSessions, every, perProject } = throttle;
  const heads = ['transactions', 'p50 ms', 'p95 ms', 'p99 ms', 'of quiet', 'move s'];
  return [
    `${machine.cores} cores, PostgreSQL ${postgres.release}, a project of ${count(users)} users is moved beside a neighbour as large`,
    `the neighbour: ${clients} clients, ${rate} transactions a second in all`,
    `the throttle: maxActiveSessions ${maxActiveSessions}, every ${every}, ${perProject} session(s) a step`,
    grid(
      [{ head: 'phase' }, ...heads.map((head) => ({ head, isFigure: true }))],
      phases.map(rowOf),
    ),
  ].join('\n');
}

function rowOf({ phase, transactions, p50, p95, p99, ratio, move }: Phase): readonly string[] {
  return [
    ...[phase, count(transactions)],
    ...[p50, p95, p99, ratio].map((figure) => figure.toFixed(2)),
    move === undefined ? '' : move.seconds.toFixed(1),
  ];
}
