import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  continueAsNew,
  defineQuery,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { Children } from './children';
import type { FleetEntry, FleetReport } from './domain/fleet';
import { migrationWorkflowId } from './domain/names';
import type { Report } from './domain/report';
import type { Project } from './domain/request';
import { migrateProject } from './migrate-project';
import { unplanned } from './plan-project';
import { planning } from './steps';

/** A run of a fleet ends after this many projects, and a new one goes on where it stood. */
const PROJECTS_PER_RUN = 400;

/** Answers which projects are done, in the order they ended. */
const fleetQuery = defineQuery<readonly FleetEntry[]>('progress');

/** Where a fleet that continues as new goes on. */
interface SoFar {
  readonly ended: readonly FleetEntry[];
  readonly startedAt: string;
}

/** Moves every configured project, one after another; one project's failure touches no other. */
export async function migrateAll(input?: unknown, soFar?: SoFar): Promise<FleetReport> {
  const options = typeof input === 'object' && input !== null ? input : {};
  const { ended: before = [], startedAt = workflowInfo().startTime.toISOString() } = soFar ?? {};
  const ended: FleetEntry[] = [...before];
  const children = new Children();
  setHandler(fleetQuery, () => ended, { description: 'The projects that have ended, and how.' });
  const projects = await planning('list the configured projects')
    .listProjects()
    .catch((error: unknown) => {
      throw unplanned(error);
    });
  const refs = new Set(ended.map(({ projectRef }) => projectRef));
  for (const project of projects.filter(({ ref }) => !refs.has(ref))) {
    if (isLong(ended.length - before.length))
      return continueAsNew<typeof migrateAll>(input, { ended, startedAt });
    ended.push(await migrateOne(project, options, children));
    setCurrentDetails(detailsOf(ended, projects.length));
  }
  return reportOf(ended, startedAt);
}

/** A history that grows without end is ended by the server. */
function isLong(children: number): boolean {
  return workflowInfo().continueAsNewSuggested || children >= PROJECTS_PER_RUN;
}

function reportOf(projects: readonly FleetEntry[], startedAt: string): FleetReport {
  const report = { projects, startedAt, finishedAt: new Date().toISOString() };
  const failed = projects.filter(
    ({ outcome }) => outcome !== 'migrated' && outcome !== 'already-migrated',
  );
  if (failed.length === 0) return { outcome: 'migrated', ...report };
  throw ApplicationFailure.create({
    type: 'FleetFailed',
    message: `${String(failed.length)} of ${String(projects.length)} projects were not migrated: ${failed
      .map(({ projectRef }) => projectRef)
      .slice(0, 10)
      .join(', ')}`,
    nonRetryable: true,
    details: [{ outcome: 'failed', ...report }],
  });
}

async function migrateOne(
  project: Project,
  options: object,
  children: Children,
): Promise<FleetEntry> {
  const { ref: projectRef, database: databaseName, owner: ownerUserId } = project;
  const input = {
    ...options,
    unclaimed: false,
    projectRef,
    databaseName,
    ...(ownerUserId !== undefined && { ownerUserId }),
  };
  const workflowId = migrationWorkflowId(projectRef);
  try {
    const child = await startChild(migrateProject, {
      args: [input],
      workflowId,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${projectRef} → ${databaseName}`,
    });
    const { report, message } = await children.rest(child);
    if (report !== undefined) return entryOf(project, report);
    return { ...nameOf(project), outcome: 'failed', problems: [{ code: 'failed', message }] };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const problem = { code: 'ProjectBusy', message: 'its migration is already running' };
    return { ...nameOf(project), outcome: 'busy', problems: [problem] };
  }
}

function nameOf({ ref: projectRef, database: databaseName }: Project) {
  return { projectRef, databaseName };
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
    ...nameOf(project),
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
