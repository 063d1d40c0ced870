import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../../workflows/domain/search-attributes';
import { migrationWorkflowId } from '../../../workflows/domain/names';

/** When one migration ran, by Temporal's own account, in epoch millis. */
export interface Span {
  readonly projectRef: string;
  readonly from: number;
  readonly to: number;
}

/** Reads when the migrations of the named projects ran, each from its own history. */
export async function timelineOf(
  temporal: Client,
  refs: readonly string[],
): Promise<readonly Span[]> {
  return Promise.all(
    refs.map(async (projectRef) => {
      const { startTime, closeTime } = await temporal.workflow
        .getHandle(migrationWorkflowId(projectRef))
        .describe();
      const to = closeTime?.getTime() ?? Number.POSITIVE_INFINITY;
      return { projectRef, from: startTime.getTime(), to };
    }),
  );
}

/** The most that ran at the same time. Where one ends as another begins, they did not. */
export function mostAtOnce(spans: readonly Span[]): number {
  const changes = spans
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let running = 0;
  return Math.max(...changes.map(({ by }) => (running += by)));
}

/** Lists the projects of a fleet that Temporal knows a migration of. */
export async function startedOf(temporal: Client, fleetId: string): Promise<readonly string[]> {
  const query = `WorkflowType = "migrateProject" AND ${SEARCH_ATTRIBUTES.fleet} = "${fleetId}"`;
  const ids: string[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}
