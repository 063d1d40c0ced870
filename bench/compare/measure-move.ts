import type { BenchGround } from '../ground/ground';
import { rowsAt } from '../ground/statements-at';
import { watchServers } from '../measure/watch-servers';
import { watchStatements } from '../measure/watch-statements';
import { isPeer, type BenchMover } from '../movers/mover';
import type { MeasuredMove } from '../result/summary';
import { SOURCE_DATABASE } from '../source/kept-cluster';
import { peerSourceOf } from '../source/fill-source';
import { MOVED_PROJECT, type SourceSpec } from '../source/source-spec';

/** The target of every move: dropped after each, so that all begin alike. */
const TARGET = 'bench_target';

/** The databases that moveout makes meanwhile have names that no other run has. */
const groupOf = (database: string): string => database.replace(/_[0-9a-f]{12}$/, '_…');

interface RoundOptions {
  readonly round: number;
  readonly signal: AbortSignal;
  readonly source: SourceSpec;
}

/** Measures one move, proves that the rows are there, and removes the target. */
export async function measureMove(
  ground: BenchGround,
  mover: BenchMover,
  { round, signal, source: spec }: RoundOptions,
): Promise<MeasuredMove> {
  signal.throwIfAborted();
  await ground.query('CHECKPOINT');
  const statementWatch = await watchStatements(ground, groupOf);
  const watch = watchServers(ground, groupOf);
  try {
    const source = isPeer(mover) ? peerSourceOf(spec) : SOURCE_DATABASE;
    const move = await mover.move({ ground, source, target: TARGET, watch, signal });
    const used = watch.stop();
    const statements = await statementWatch.stop();
    await assertMoved(ground, mover, spec);
    await ground.query(`DROP DATABASE ${TARGET}`);
    return { ...move, ...used, round, statements };
  } finally {
    watch.stop();
  }
}

/** A mover that copies nothing would be the fastest. The second project's buckets begin like the first one's. */
async function assertMoved(
  { url }: BenchGround,
  { name }: BenchMover,
  { users, objects }: SourceSpec,
): Promise<void> {
  const [found] = await rowsAt<{ readonly users: number; readonly objects: number }>(
    url(TARGET),
    `SELECT (SELECT count(*) FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1)::int AS users,
            (SELECT count(*) FROM storage.objects WHERE starts_with(bucket_id, $1 || '-')
                AND NOT starts_with(bucket_id, $1 || '-x-'))::int AS objects`,
    [MOVED_PROJECT],
  );
  if (found?.users === users && found.objects === objects) return;
  throw new Error(
    `${name} copied ${found?.users} of ${users} users and ${found?.objects} of ${objects} objects`,
  );
}
