import type { WorkflowHandle } from '@temporalio/client';
import { setTimeout as wait } from 'node:timers/promises';
import { KINDS, type Kind } from '../ground/kinds';
import type { Lane } from '../ground/lane';
import { until } from '../../support/until';
import { reconcile } from '../matrix/faults/reconciled';
import { clearStage, setStage, startMigration, type Stage } from '../matrix/scene';
import { settle, type Account } from '../matrix/settle';
import { groundProblems } from '../outside/ground-problems';
import { judgeTarget } from '../outside/verdict';
import { trouble } from './trouble';
import type { Random } from './random';

/** One migration of the soak, and how it ended. */
export interface Soaked {
  readonly kind: Kind;
  readonly account: Account;
  readonly migrated: boolean;
  /** What the outside finds wrong; the first of a wave bears what is left over of all. */
  readonly problems: readonly string[];
}

/** A lane, the source as it was, and the numbers that decide what happens. */
export interface Basin {
  readonly lane: Lane;
  readonly source: readonly string[];
  readonly random: Random;
  /** Counts what happened, by name. */
  readonly happened: (mishap: string) => void;
}

/** How many of the migrations are cancelled or terminated in the middle, one way or the other. */
const STOPPED = 0.3;

/** At the latest so long after their start, in milliseconds. */
const LATEST_STOP_MS = 8_000;

/** Things go wrong for so long at most, in milliseconds: what has not ended in the calm after it hangs. */
const STORM_MS = 60_000;

interface Run {
  readonly handle: WorkflowHandle;
  readonly account: Account;
}

/** Migrates projects of a lane, all at once, while things go wrong; then looks from outside. */
export async function wave(basin: Basin, count: number): Promise<readonly Soaked[]> {
  const { lane, random } = basin;
  const stages: Stage[] = [];
  for (const project of lane.projects.slice(0, count)) {
    stages.push(await setStage(lane, project, random.pick(KINDS)));
  }
  const over = new AbortController();
  const storm = AbortSignal.any([over.signal, AbortSignal.timeout(STORM_MS)]);
  const troubles = trouble(basin, storm);
  const plans = stages.map(() => ({ delay: random.millis(0, 4_000), dice: random.next() }));
  const runs = await Promise.all(
    stages.map(async (stage, index) => {
      const { delay = 0, dice = 1 } = plans[index] ?? {};
      await wait(delay);
      return migrate(stage, dice);
    }),
  ).finally(() => over.abort());
  await troubles;
  const accounts: Account[] = [];
  for (const { handle, account } of runs) {
    const left = account.wasParked ? 'parked' : 'terminated';
    const isLeft = account.wasParked || account.status === 'TERMINATED';
    accounts.push(isLeft ? await reconcile({ lane, handle }, left) : account);
  }
  return look(basin, stages, accounts);
}

/** Starts a migration and follows it to its end; some are cancelled, some are terminated. */
async function migrate(stage: Stage, dice: number): Promise<Run> {
  const handle = await patiently(stage);
  if (dice < STOPPED) {
    await wait((dice / STOPPED) * LATEST_STOP_MS);
    const stop = dice < STOPPED / 2 ? () => handle.cancel() : () => handle.terminate();
    await stop().catch(() => undefined);
  }
  return { handle, account: await settle(handle) };
}

/** A Temporal server that is away cannot be asked to start anything. */
async function patiently(stage: Stage): Promise<WorkflowHandle> {
  return until('a migration to start', () => startMigration(stage).catch(() => undefined));
}

async function look(
  { lane, source }: Basin,
  stages: readonly Stage[],
  accounts: readonly Account[],
): Promise<readonly Soaked[]> {
  const soaked: Soaked[] = [];
  const databases: string[] = [];
  for (const [index, stage] of stages.entries()) {
    const account = accounts[index];
    if (account === undefined) continue;
    const { problems, migrated, isThere } = await judgeTarget(stage, account);
    soaked.push({ kind: stage.kind, account, migrated, problems });
    if (isThere) databases.push(stage.database);
  }
  const standing = stages[0]?.before.standing ?? { source: [], target: [] };
  const ground = await groundProblems(lane, { source, standing, databases });
  for (const stage of stages) await clearStage(stage);
  lane.crew.forget();
  return soaked.map((one, index) =>
    index === 0 ? { ...one, problems: [...one.problems, ...ground] } : one,
  );
}
