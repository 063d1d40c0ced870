import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { FleetReport } from '../../../workflows/domain/fleet';

/** The report of a fleet, however it ended; it stands in the memo of every one. */
export async function reportOf(handle: WorkflowHandle): Promise<FleetReport> {
  await handle.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
  const { memo } = await handle.describe();
  const report = memo?.['report'];
  if (isFleetReport(report)) return report;
  throw new Error(`${handle.workflowId} left no report`);
}

function isFleetReport(value: unknown): value is FleetReport {
  return typeof value === 'object' && value !== null && 'fleetId' in value;
}
