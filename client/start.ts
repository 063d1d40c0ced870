import { isDeepStrictEqual } from 'node:util';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  type WorkflowHandle,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { UsageError } from './fault';
import { inputAsRequested, type Request } from './requests';
import type { Session } from './session';

/** A run that this script follows. */
export interface Started {
  readonly handle: WorkflowHandle;
  /** Whether the run was there before: the script only watches it. */
  readonly isAttached: boolean;
}

/**
 * Starts what the request asks for, or attaches to the very same that runs already. Throws a
 * `UsageError` that says what runs, where something else does under the request's workflow id.
 */
export async function startOrAttach(session: Session, request: Request): Promise<Started> {
  const { workflowType, workflowId, input, summary } = request;
  try {
    const handle = await session.client.workflow.start(workflowType, {
      workflowId,
      taskQueue: session.taskQueue,
      args: [input],
      staticSummary: summary,
      memo: { startedBy: session.script },
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
    });
    const { firstExecutionRunId } = handle;
    return {
      handle: session.client.workflow.getHandle(workflowId, firstExecutionRunId),
      isAttached: false,
    };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { handle: await attach(session, request), isAttached: true };
  }
}

async function attach(session: Session, request: Request): Promise<WorkflowHandle> {
  const { workflow } = session.client;
  const { runId, taskQueue, type } = await workflow.getHandle(request.workflowId).describe();
  const handle = workflow.getHandle(request.workflowId, runId);
  const what = `${request.workflowId} is already running (run ${runId})`;
  if (taskQueue !== session.taskQueue) {
    throw new UsageError(
      `${what} on the task queue "${taskQueue}", but this command uses "${session.taskQueue}": start with the same --connection-string, --backup-dir and --config to follow it`,
    );
  }
  if (type === 'restoreInterrupted')
    throw new UsageError(
      `${what}: it restores what an earlier run has left; give the same command again once it has ended`,
    );
  const running = await inputOf(session, { workflowId: request.workflowId, runId });
  if (isSameRequest(request, running)) return handle;
  throw new UsageError(
    `${what} with another request, ${JSON.stringify(running)}: to follow it, start with the flags of that request`,
  );
}

function isSameRequest(request: Request, running: unknown): boolean {
  return isDeepStrictEqual(inputAsRequested(request.workflowType, running), request.input);
}

async function inputOf(
  { client }: Session,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<unknown> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const payload =
    history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload<unknown>(payload) : undefined;
}
