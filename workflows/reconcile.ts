import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { planning } from './activity-options';
import { endingOfChild } from './child-ending';
import { cutText } from './domain/bounds';
import type {
  Interrupted,
  InterruptedRuns,
  Reconciled,
  ReconcileReport,
} from './domain/interrupted';
import { reconcileRequestSchema } from './domain/request';
import { restoreInterrupted } from './restore-interrupted';
import { causeOf } from './run/failure-cause';
import { unplanned } from './run/outcomes';
import { plainRequestOf } from './run/request';

/**
 * Finds runs that were terminated, timed out or parked and have left something behind, and restores each under its own
 * workflow id; asked to abandon, it accepts their targets as they stand. Run again it finds nothing to do. Safe
 * during running migrations.
 */
export async function reconcile(input: unknown = {}): Promise<ReconcileReport> {
  const request = plainRequestOf(reconcileRequestSchema, input);
  const found = await planning('look for runs that have left something behind')
    .findInterrupted(request)
    .catch((error: unknown) => {
      throw unplanned(error);
    });
  const { interrupted, findings } = await withOtherHosts(found);
  const reconciled = await Promise.all(
    interrupted.map((one) => reconcileOne(one, request.abandon)),
  );
  return { reconciled, findings };
}

async function reconcileOne(interrupted: Interrupted, abandon?: string): Promise<Reconciled> {
  const { workflowId, runId, how, project } = interrupted;
  const { projectRef, databaseName } = project;
  const one = { workflowId, runId, how, projectRef, databaseName };
  try {
    const child = await startChild(restoreInterrupted, {
      args: abandon === undefined ? [interrupted] : [interrupted, abandon],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${projectRef}: clean up after a run that was ${how}`,
    });
    const { report, message } = await endingOfChild(child);
    return { ...one, outcome: report?.outcome ?? 'failed', message: cutText(message, 500) };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { ...one, outcome: 'running', message: 'a run under this workflow id goes on' };
  }
}

/**
 * Adds what interrupted runs have left in the backup directories of other hosts than the one that looked.
 * A host that does not answer is named, and does not stop the rest.
 */
async function withOtherHosts(found: InterruptedRuns): Promise<InterruptedRuns> {
  const { interrupted, findings, elsewhere = [] } = found;
  const hosts = [...new Set(elsewhere.map(({ host }) => host))].filter(
    (host) => host !== undefined,
  );
  const looks = await Promise.all(
    hosts.map((host) =>
      lookAt(
        host,
        elsewhere.filter((one) => one.host === host),
      ),
    ),
  );
  return {
    interrupted: [...interrupted, ...looks.flatMap((look) => look.interrupted)],
    findings: [...findings, ...looks.flatMap((look) => look.findings)],
  };
}

async function lookAt(host: string, runs: readonly Interrupted[]): Promise<InterruptedRuns> {
  const candidates = runs.map(({ runId, backupIds }) => ({ runId, backupIds }));
  try {
    const drafts = await planning(`what is left at host ${host}`, host).findDrafts(candidates);
    const leftBy = new Map(drafts.map(({ runId, left }) => [runId, left]));
    const left = runs.map((run) => ({
      ...run,
      left: [...run.left, ...(leftBy.get(run.runId) ?? [])],
    }));
    return { interrupted: left.filter(({ left }) => left.length > 0), findings: [] };
  } catch (error) {
    if (causeOf(error).code === 'Cancelled') throw error;
    const finding = `host ${host} does not answer: what interrupted runs have left in its backup directory is not known`;
    return { interrupted: runs.filter(({ left }) => left.length > 0), findings: [finding] };
  }
}
