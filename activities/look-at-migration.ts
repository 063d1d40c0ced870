import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { ParkedBefore } from '../workflows/domain/fleet';
import { isReport } from '../workflows/domain/report';
import { SEARCH_ATTRIBUTES } from '../workflows/domain/search-attributes';
import { attributeOf } from './temporal/runs';

/**
 * Tells since when a migration that runs is parked, and why; `undefined` if it is not. One whose restore is
 * tried again has the report of its parking still, and another outcome.
 */
export async function lookAtMigration(workflowId: string): Promise<ParkedBefore | undefined> {
  const { client } = Context.current();
  try {
    const run = await client.workflow.getHandle(workflowId).describe();
    const report: unknown = run.memo?.['report'];
    if (run.status.name !== 'RUNNING' || !isReport(report)) return undefined;
    const isParked = attributeOf(run, SEARCH_ATTRIBUTES.outcome) === 'parked';
    if (!isParked || report.outcome !== 'parked') return undefined;
    return { since: report.finishedAt, problems: report.problems };
  } catch (error) {
    // It has ended since it was found to run.
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
