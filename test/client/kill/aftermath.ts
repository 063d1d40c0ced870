import { execute, exists, query, urlOf } from '../../support/harness/databases';
import { actualRows, expectedRows, type Rows } from '../../support/harness/expected-rows';
import { imageOf } from '../../support/harness/image';
import { makeEmpty, makePrepared } from '../../support/harness/targets';
import type { Outcome, Running } from '../script';
import type { Held, Point } from './gate';
import type { Ground } from './ground';
import { Machine, type Killing } from './machine';
import { pointOf, type Before, type Row } from './points';

/** All that can be seen of a killed script, its next start, and what these two leave. */
export interface Aftermath {
  readonly ref: string;
  /** The next start with the same flags. */
  readonly next: Outcome;
  /** The target before and at the end; `undefined`: there is none. */
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
  /** What the target holds, and what it ought to hold once the project is migrated. */
  readonly held: Rows | undefined;
  readonly wanted: Rows;
  readonly marker: MarkerSeen | undefined;
  readonly backups: readonly string[];
  /** What still runs of the local Temporal server. */
  readonly running: readonly string[];
}

/** Kills a script at the row's point, starts it again with the same flags, and looks around. */
export async function killAndStartAgain(
  ground: Ground,
  row: Row,
  killing: Killing,
): Promise<Aftermath> {
  const machine = await Machine.open(urlOf(ground.source));
  try {
    const { ref, target } = ground.next();
    await PREPARE[row.before](target);
    const before = await imageIfThere(target);
    const args = migrating({ ref, target, replace: row.before === 'filled' });
    const script = machine.start(args);
    if (row.step === 'restoreProject') await spoil(machine, script, target);
    const point = pointOf(row, { source: ground.source, target });
    await reach(script, machine.gate.holdAt(point), point);
    await machine.kill(script, killing);
    const next = await machine.run(args);
    return {
      ref,
      next,
      before,
      after: await imageIfThere(target),
      held: (await exists(target)) ? await actualRows(target) : undefined,
      wanted: await expectedRows(ground.source, ref),
      marker: await markerOf(target),
      backups: machine.backups,
      running: machine.traces,
    };
  } finally {
    await machine.close();
  }
}

/** The flags of a migration. */
export function migrating(of: {
  readonly ref: string;
  readonly target: string;
  readonly replace?: boolean;
}): readonly string[] {
  const flags = [`--project-ref=${of.ref}`, `--database=${of.target}`, '--owner=user-123'];
  return of.replace === true ? [...flags, '--replace'] : flags;
}

/** Waits until the script is held at a point; fails where it ends without having come there. */
export async function reach(script: Running, held: Promise<Held>, point: Point): Promise<Held> {
  const ended = script.ended.then(({ status, stderr }) => {
    const where = `${point.step} at ${String(point.at)}`;
    throw new Error(`the script ended (${String(status)}) before it came to ${where}:\n${stderr}`);
  });
  ended.catch(() => undefined);
  return Promise.race([held, ended]);
}

/** The marker that a database carries: its state, and whose it is, as the names of a run's sessions begin. */
export interface MarkerSeen {
  readonly state: string;
  readonly run: string;
}

/** Reads the marker of a database, if it has one. */
export async function markerOf(database: string): Promise<MarkerSeen | undefined> {
  if (!(await exists(database))) return undefined;
  const table = `SELECT to_regclass('moveout.migration') IS NOT NULL AS is`;
  if ((await query<{ is: boolean }>(database, table))[0]?.is !== true) return undefined;
  const [row] = await query<MarkerSeen>(
    database,
    `SELECT state, left(encode(sha256(convert_to(run_id, 'UTF8')), 'hex'), 12) AS run FROM moveout.migration`,
  );
  return row;
}

const PREPARE: Readonly<Record<Before, (target: string) => Promise<void>>> = {
  absent: () => Promise.resolve(),
  empty: makeEmpty,
  filled: async (target) => {
    await makePrepared(target);
    await execute(target, `INSERT INTO storage.buckets (id, name) VALUES ('own', 'own')`);
  },
};

/** Changes the target behind the migration's back, so that verification fails and a restore begins. */
async function spoil(machine: Machine, script: Running, target: string): Promise<void> {
  const point: Point = { step: 'verifyProject', at: 'session', withheld: 'request' };
  const { release } = await reach(script, machine.gate.holdAt(point), point);
  await execute(target, `UPDATE auth.users SET email = 'spoilt ' || email`);
  release();
}

async function imageIfThere(database: string): Promise<readonly string[] | undefined> {
  return (await exists(database)) ? imageOf(database) : undefined;
}
