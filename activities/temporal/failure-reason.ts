import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { FleetEntry } from '../../workflows/domain/fleet';
import { isReport } from '../../workflows/domain/report';
import type { LastRun } from './runs';

/** What is kept of a reason, in characters. */
const LONGEST = 300;

/** How a closed run ended without success, and why; `undefined` if it is open or ended well. */
export async function reasonOfRun(
  client: Client,
  { workflowId, runId, status }: LastRun,
): Promise<string | undefined> {
  const how = HOW[status.name];
  if (how === undefined) return undefined;
  try {
    await client.workflow.result(workflowId, runId, { followRuns: false });
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return reasonOf(how, error.cause);
  }
}

const HOW: Readonly<Partial<Record<string, string>>> = {
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
};

function reasonOf(how: string, cause: Error | undefined): string {
  const report: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (!isReport(report)) return bounded(how, cause?.message);
  return bounded(report.outcome, report.problems[0]?.message ?? cause?.message);
}

/** How a project's last migration failed, by the record of its fleet: Temporal no longer knows the run. */
export function reasonOfEntry(entry: FleetEntry | undefined): string {
  if (entry === undefined)
    return 'unknown: neither Temporal nor the record of its fleet knows how it ended';
  return bounded(entry.outcome, entry.problems[0]?.message);
}

/** One line of bounded length. */
function bounded(outcome: string, message = ''): string {
  const line = `${outcome}: ${message}`.replace(/\s+/g, ' ').trim().replace(/:$/, '');
  const characters = Array.from(line);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : line;
}
