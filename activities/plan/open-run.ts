import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Problem } from '../../workflows/domain/plan';
import { canBeARun } from '../run-name';
import type { Marker } from '../postgres/fence';

/** A mark that is to be replaced, but whose run is open: it would be left without its way back. */
export async function openRunProblems(mark: Marker | undefined): Promise<readonly Problem[]> {
  if (mark === undefined || !(await isOpen(mark))) return [];
  return [
    {
      code: 'unfinished',
      message: `the migration whose mark the target carries is still running (workflow ${mark.workflowId}, run ${mark.runId}): cancel it first, or let it finish`,
    },
  ];
}

async function isOpen({ workflowId, runId }: Marker): Promise<boolean> {
  if (!canBeARun({ workflowId, runId })) return false;
  const handle = Context.current().client.workflow.getHandle(workflowId, runId);
  try {
    return (await handle.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
