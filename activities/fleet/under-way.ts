import { Context } from '@temporalio/activity';
import { migrationWorkflowId } from '../../workflows/domain/names';

/** A run that reconcile began in the place of one that was terminated has its workflow id. */
const RUNNING = `ExecutionStatus = "Running" AND WorkflowType IN ("migrateProject", "restoreInterrupted")`;

const RUNNING_PAGE_SIZE = 1_000;

/** The refs of the projects whose migration runs, or is parked: they can say nothing for others. */
export async function refsUnderWay(): Promise<ReadonlySet<string>> {
  const { client } = Context.current();
  const usual = migrationWorkflowId('');
  const refs = new Set<string>();
  for await (const { workflowId } of client.workflow.list({
    query: RUNNING,
    pageSize: RUNNING_PAGE_SIZE,
  }))
    if (workflowId.startsWith(usual)) refs.add(workflowId.slice(usual.length));
  return refs;
}
