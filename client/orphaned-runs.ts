import { amount } from './progress/words';
import { setTimeout as wait } from 'node:timers/promises';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { WORKFLOW_TYPES } from '../workflows/domain/names';
import type { Ending } from './ending-kinds';
import { endingOf } from './ending';
import type { Wishes } from './interrupt';
import { countsWords } from './progress/fleet-words';
import { look } from './progress/watch';
import type { Session } from './session';

const LOOK_EVERY_MS = 500;

/** A run that a script left when it died. */
type OrphanedRun = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'taskQueue' | 'memo' | 'parentExecution'
>;

/** Where to print lines, and who may stop the waiting. */
export interface Finding {
  readonly session: Session;
  /** The workflow id of the request itself: it is followed elsewhere. */
  readonly but: string;
  readonly wishes: Wishes;
  readonly say: (line: string) => void;
}

/** What was found on this session's task queue. */
export interface OrphanedRuns {
  /** How many have not ended yet. */
  count(): number;
  /** Resolves when each has ended and was told in a line, or when told to stop. */
  readonly ended: Promise<void>;
  /** Stops waiting; the session may be closed once `ended` has settled. */
  readonly stop: () => void;
}

/**
 * Finds the runs that killed scripts left behind. The worker of this session continues those on its task queue, and their
 * endings are printed. On a local server the runs of other task queues are named, with the flags that continue them.
 */
export async function findOrphanedRuns(finding: Finding): Promise<OrphanedRuns> {
  const { session, say } = finding;
  const runs = await orphanedRuns(finding);
  const foreign = runs.filter(({ taskQueue }) => taskQueue !== session.taskQueue);
  for (const { workflowId } of foreign) {
    say(
      `Found ${workflowId}, left by a start with other flags; start with the same --connection-string, --backup-dir and --config as then to finish or restore it.`,
    );
  }
  const own = runs.filter(({ taskQueue }) => taskQueue === session.taskQueue);
  for (const { workflowId } of own)
    say(`Found ${workflowId}, left by an earlier start; it continues.`);
  const open = new Set(own);
  const stopped = new AbortController();
  const tell = async (run: OrphanedRun): Promise<void> => {
    await tellEnding(run, finding, stopped.signal);
    open.delete(run);
  };
  const ended = Promise.all(own.map(tell)).then(() => undefined);
  // The caller gets the failure when it awaits this; until then it must not count as unhandled.
  ended.catch(() => undefined);
  return { count: () => open.size, ended, stop: () => stopped.abort() };
}

async function orphanedRuns({ session, but }: Finding): Promise<readonly OrphanedRun[]> {
  const types = [...WORKFLOW_TYPES, 'restoreInterrupted'].map((type) => `"${type}"`).join(', ');
  const here = session.webUi === undefined ? ` AND TaskQueue = "${session.taskQueue}"` : '';
  const query = `ExecutionStatus = "Running" AND WorkflowType IN (${types})${here}`;
  const running: OrphanedRun[] = [];
  for await (const run of session.client.workflow.list({ query })) running.push(run);
  const ids = new Set(running.map(({ runId }) => runId));
  return running.filter(
    (run) =>
      run.workflowId !== but &&
      !ids.has(run.parentExecution?.runId ?? '') &&
      !session.others.includes(String(run.memo?.['startedBy'])),
  );
}

async function tellEnding(run: OrphanedRun, finding: Finding, signal: AbortSignal): Promise<void> {
  const { session, wishes, say } = finding;
  let handle = session.client.workflow.getHandle(run.workflowId, run.runId);
  while (wishes.wish === 'go-on' && !signal.aborted) {
    const now = await look(session.client, handle);
    ({ handle } = now);
    if (!now.isRunning) {
      say(
        `${run.workflowId}, left by an earlier start, has ended: ${wordsOf(await endingOf(handle))}`,
      );
      return;
    }
    await Promise.race([wait(LOOK_EVERY_MS), session.broken]);
  }
}

function wordsOf(ending: Ending): string {
  switch (ending.kind) {
    case 'report':
      return [ending.report.outcome, ...ending.report.problems.map(({ message }) => message)].join(
        '; ',
      );
    case 'fleet':
      return `${ending.fleet.outcome}, ${countsWords(ending.fleet.counts)}`;
    case 'told':
      return ending.text;
    case 'plan':
    case 'restorePlan':
      return 'planned';
    case 'reconciled':
      return `${amount(ending.reconciled.reconciled.length, 'run')} reconciled`;
    case 'refused':
    case 'unknown':
    case 'bug':
      return `${ending.kind}: ${ending.problem.message}`;
    case 'detached':
      return 'not waited for';
  }
}
