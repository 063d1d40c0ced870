import type { Client, WorkflowHandle } from '@temporalio/client';

/** The run that goes on where a run has continued as new. Rejects where it has not. */
export async function nextRun(client: Client, handle: WorkflowHandle): Promise<WorkflowHandle> {
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const last = history?.events?.[0];
  const next = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  if (next === null || next === undefined || next === '') {
    throw new Error(`run ${runId} of ${workflowId} does not say which run goes on with it`);
  }
  return client.workflow.getHandle(workflowId, next);
}
