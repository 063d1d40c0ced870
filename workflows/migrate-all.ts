import {
  ApplicationFailure,
  ChildWorkflowFailure,
  defineQuery,
  executeChild,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { FleetEntry, FleetReport } from './domain/fleet';
import { migrationWorkflowId } from './domain/names';
import { isReport, type Report } from './domain/report';
import type { Project } from './domain/request';
import { migrateProject } from './migrate-project';
import { unplanned } from './plan-project';
import { planning } from './steps';

/** Answers which projects are done, in the order they ended. */
const fleetQuery = defineQuery<readonly FleetEntry[]>('progress');

/** Moves every configured project, one after another; one project's failure touches no other. */
export async function migrateAll(input?: unknown): Promise<FleetReport> {
  const options = typeof input === 'object' && input !== null ? input : {};
  const projects = await planning('list the configured projects')
    .listProjects()
    .catch((error: unknown) => {
      throw unplanned(error);
    });
  const ended: FleetEntry[] = [];
  setHandler(fleetQuery, () => ended, { description: 'The projects that have ended, and how.' });
  for (const project of projects) {
    ended.push(await migrateOne(project, options));
    setCurrentDetails(detailsOf(ended, projects.length));
  }
  const report = {
    projects: ended,
    startedAt: workflowInfo().startTime.toISOString(),
    finishedAt: new Date().toISOString(),
  };
  const failed = ended.filter(
    ({ outcome }) => outcome !== 'migrated' && outcome !== 'already-migrated',
  );
  if (failed.length === 0) return { outcome: 'migrated', ...report };
  throw ApplicationFailure.create({
    type: 'FleetFailed',
    message: `${String(failed.length)} of ${String(ended.length)} projects were not migrated: ${failed
      .map(({ projectRef }) => projectRef)
      .slice(0, 10)
      .join(', ')}`,
    nonRetryable: true,
    details: [{ outcome: 'failed', ...report }],
  });
}

async function migrateOne(project: Project, options: object): Promise<FleetEntry> {
  const { ref: projectRef, database: databaseName, owner: ownerUserId } = project;
  const input = {
    ...options,
    unclaimed: false,
    projectRef,
    databaseName,
    ...(ownerUserId !== undefined && { ownerUserId }),
  };
  try {
    const report = await executeChild(migrateProject, {
      args: [input],
      workflowId: migrationWorkflowId(projectRef),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${projectRef} → ${databaseName}`,
    });
    return entryOf(project, report);
  } catch (error) {
    return failedEntry(project, error);
  }
}

function failedEntry(project: Project, error: unknown): FleetEntry {
  const named = { projectRef: project.ref, databaseName: project.database };
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return {
      ...named,
      outcome: 'busy',
      problems: [{ code: 'ProjectBusy', message: 'its migration is already running' }],
    };
  }
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const { cause } = error;
  const report = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  if (isReport(report)) return entryOf(project, report);
  return {
    ...named,
    outcome: 'failed',
    problems: [{ code: 'failed', message: cause?.message ?? error.message }],
  };
}

function entryOf(project: Project, report: Report): FleetEntry {
  const { outcome, backupId, problems, tables } = report;
  const already = problems.length > 0 && problems.every(({ code }) => code === 'already-migrated');
  const known =
    outcome === 'migrated' ||
    outcome === 'restored' ||
    outcome === 'refused' ||
    outcome === 'parked';
  return {
    projectRef: project.ref,
    databaseName: project.database,
    outcome: already ? 'already-migrated' : known ? outcome : 'failed',
    backupId,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    problems: already ? [] : problems,
  };
}

function detailsOf(ended: readonly FleetEntry[], total: number): string {
  const lines = ended
    .slice(-50)
    .map((entry) => `| ${entry.projectRef} | ${entry.databaseName} | ${entry.outcome} |`);
  return [
    `**${String(ended.length)} of ${String(total)} projects**`,
    '',
    '| project | database | outcome |',
    '|---|---|---|',
    ...lines,
  ].join('\n');
}
