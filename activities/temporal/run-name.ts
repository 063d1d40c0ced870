/** As Temporal makes ids of runs; asked about any other it answers that the question is wrong. */
const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What Temporal takes as an id of a workflow. */
const LONGEST_WORKFLOW_ID = 1_000;

/** Whether Temporal can have a run of that name; a marker, which anyone may have edited, can name any. */
export function canBeARun(name: { readonly workflowId: string; readonly runId: string }): boolean {
  return canBeAWorkflow(name.workflowId) && RUN_ID.test(name.runId);
}

/** Whether Temporal can have a workflow of that id. */
export function canBeAWorkflow(workflowId: string): boolean {
  return workflowId !== '' && workflowId.length <= LONGEST_WORKFLOW_ID;
}
