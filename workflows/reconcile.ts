import {
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  ParentClosePolicy,
  setHandler,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { childParked } from './compensations';
import type { Interrupted, Reconciled, ReconcileReport } from './domain/interrupted';
import { isReport, type Report } from './domain/report';
import { unplanned } from './plan-project';
import { restoreInterrupted } from './restore-interrupted';
import { planning } from './steps';

/**
 * Finds runs that were terminated or timed out, which undoes nothing, and restores or parks each under
 * its own workflow id. Run again it finds nothing to do. Safe beside running migrations.
 */
export async function reconcile(input: unknown = {}): Promise<ReconcileReport> {
  const parked = new Map<string, Report>();
  setHandler(childParked, ({ workflowId, report }) => void parked.set(workflowId, report));
  const found = await planning('look for runs that were ended from outside')
    .findInterrupted(input)
    .catch((error: unknown) => {
      throw unplanned(error);
    });
  const reconciled = await Promise.all(found.interrupted.map((one) => reconcileOne(one, parked)));
  return { reconciled, remarks: found.remarks };
}

async function reconcileOne(
  interrupted: Interrupted,
  parked: ReadonlyMap<string, Report>,
): Promise<Reconciled> {
  const { workflowId, runId, how, project } = interrupted;
  const { projectRef, databaseName } = project;
  const one = { workflowId, runId, how, projectRef, databaseName };
  try {
    const child = await startChild(restoreInterrupted, {
      args: [interrupted],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${projectRef}: undo what a run left that was ${how}`,
    });
    return { ...one, ...(await endOf(child, parked)) };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { ...one, outcome: 'running', message: 'a run under this workflow id goes on' };
  }
}

type End = Pick<Reconciled, 'outcome' | 'message'>;

async function endOf(
  child: ChildWorkflowHandle<typeof restoreInterrupted>,
  parked: ReadonlyMap<string, Report>,
): Promise<End> {
  const closed = child.result().then(wordsOf, failedEnd);
  const waits = condition(() => parked.has(child.workflowId)).then(() =>
    wordsOf(parked.get(child.workflowId)),
  );
  return Promise.race([closed, waits]);
}

function failedEnd(error: unknown): End {
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const { cause } = error;
  const report = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (isReport(report)) return { ...wordsOf(report), message: cause?.message ?? error.message };
  return { outcome: 'failed', message: cause?.message ?? error.message };
}

function wordsOf(report: Report | undefined): End {
  const message = report?.problems.map((problem) => problem.message).join('; ') ?? '';
  return { outcome: report?.outcome ?? 'failed', message };
}
