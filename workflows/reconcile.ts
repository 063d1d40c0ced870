import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { Children } from './children';
import type { Interrupted, Reconciled, ReconcileReport } from './domain/interrupted';
import { cutText } from './domain/bounds';
import { withOtherHosts } from './reconcile-hosts';
import { unplanned } from './plan-project';
import { restoreInterrupted } from './restore-interrupted';
import { planning } from './steps';

/**
 * Finds runs that were terminated or timed out, which undoes nothing, and restores or parks each under
 * its own workflow id. Run again it finds nothing to do. Safe beside running migrations.
 */
export async function reconcile(input: unknown = {}): Promise<ReconcileReport> {
  const children = new Children();
  const found = await planning('look for runs that were ended from outside')
    .findInterrupted(input)
    .catch((error: unknown) => {
      throw unplanned(error);
    });
  const { interrupted, remarks } = await withOtherHosts(found);
  const reconciled = await Promise.all(interrupted.map((one) => reconcileOne(one, children)));
  return { reconciled, remarks };
}

async function reconcileOne(interrupted: Interrupted, children: Children): Promise<Reconciled> {
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
    const { report, message } = await children.rest(child);
    return { ...one, outcome: report?.outcome ?? 'failed', message: cutText(message, 500) };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { ...one, outcome: 'running', message: 'a run under this workflow id goes on' };
  }
}
