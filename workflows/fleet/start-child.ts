import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import type { ChildEnding } from '../child-ending';
import type { FleetEntry, FleetProject } from '../domain/fleet';
import { migrationWorkflowId } from '../domain/names';
import type { Report } from '../domain/report';
import { migrateProject } from '../migrate-project';
import { connectionsMemo, searchAttributes } from '../run/search-attributes';

/** What every child of a fleet is given besides its project. */
export interface ChildOptions {
  readonly fleetId: string;
  readonly replace: boolean;
  readonly onDrift: 'report' | 'fail';
  readonly jobs?: number | undefined;
}

/** Starts the migration of one project; `undefined` if one of it is running already. */
export async function startMigration(
  project: FleetProject,
  { fleetId, replace, onDrift, jobs }: ChildOptions,
): Promise<ChildWorkflowHandle<typeof migrateProject> | undefined> {
  const { ref: projectRef, database: databaseName, owner, source, target, overlap } = project;
  const input = {
    ...{ projectRef, databaseName, source, target, replace, onDrift, unclaimed: false },
    ...(jobs !== undefined && { jobs }),
    ...(owner !== undefined && { ownerUserId: owner }),
    ...(overlap !== undefined && { overlap }),
  };
  const listing = { project: projectRef, database: databaseName, owner, fleet: fleetId };
  try {
    return await startChild(migrateProject, {
      args: [input],
      workflowId: migrationWorkflowId(projectRef),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${projectRef} → ${databaseName}`,
      // What it is started with costs no event of its own.
      typedSearchAttributes: searchAttributes({ ...listing, outcome: 'running' }),
      memo: connectionsMemo({ source, target }),
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/** The entry of a project whose migration another run has. */
export function busy(project: FleetProject): FleetEntry {
  const problem = { code: 'ProjectBusy', message: 'its migration is already running' };
  return { ...nameOf(project), outcome: 'busy', problems: [problem] };
}

/** The entry of a project whose child has ended. */
export function entryOf(project: FleetProject, { report, message, how }: ChildEnding): FleetEntry {
  if (report === undefined || how !== undefined) {
    const outcome = how ?? 'failed';
    return { ...nameOf(project), outcome, problems: [{ code: outcome, message }] };
  }
  const { backupId, problems, tables } = report;
  const outcome = outcomeOf(report);
  return {
    ...nameOf(project),
    outcome,
    ...(backupId !== undefined && { backupId }),
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    problems: outcome === 'already-migrated' ? [] : problems,
  };
}

/** The outcomes of a migration that mean the same for a project of a fleet. */
const AS_IT_IS = ['migrated', 'restored', 'refused', 'parked'] as const;

function outcomeOf({ outcome, problems }: Report): FleetEntry['outcome'] {
  if (problems.length > 0 && problems.every(({ code }) => code === 'already-migrated'))
    return 'already-migrated';
  return AS_IT_IS.find((known) => known === outcome) ?? 'failed';
}

function nameOf({ ref: projectRef, database: databaseName }: FleetProject) {
  return { projectRef, databaseName };
}
