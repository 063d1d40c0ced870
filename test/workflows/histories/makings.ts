import { EventEmitter, once } from 'node:events';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { LimitsChange } from '../../../workflows/domain/limits';
import { execute, exists } from '../../support/harness/databases';
import { endingOf } from '../../support/harness/ending';
import { before } from '../../support/harness/interventions';
import type { Testbed, TestProject } from '../../support/harness/testbed';

/** A migration that is cancelled right before its first rows arrive. */
export async function cancelledRun(bed: Testbed): Promise<WorkflowHandle> {
  const known = new EventEmitter();
  const started = once(known, 'started');
  const cancel = before('migrateAuth', async () => {
    await started;
    await handle.cancel();
    await untilCancelled();
  });
  const handle = await bed.start('migrateProject', [bed.nextProject()], cancel);
  known.emit('started');
  return handle;
}

/** Waits until Temporal has told this attempt, in answer to a heartbeat, that it is over. */
async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beating = setInterval(() => context.heartbeat(), 200);
  return context.cancelled.finally(() => clearInterval(beating));
}

/** A migration that is parked. */
export async function parkedRun(bed: Testbed): Promise<WorkflowHandle> {
  const handle = await bed.start('migrateProject', [bed.nextProject()], (name, real) => {
    if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
    if (name !== 'restoreProject') return real();
    throw ApplicationFailure.nonRetryable('no way back for now', 'BackupDamaged');
  });
  await endingOf(handle);
  bed.intervene(handle.workflowId, (_name, real) => real());
  return handle;
}

/** The same migration, started again: it restores what the parked one has left, and moves the project. */
export async function startedAgain(bed: Testbed): Promise<WorkflowHandle> {
  const [project] = await inputOf(await parkedRun(bed));
  return bed.start('migrateProject', [project]);
}

/** The run that accepts the target of a parked migration as it stands. */
export async function abandonedRun(bed: Testbed): Promise<WorkflowHandle> {
  const handle = await parkedRun(bed);
  const [project] = await inputOf(handle);
  const order = { projectRef: project?.projectRef, abandon: 'dropped by hand' };
  await (await bed.start('reconcile', [order])).result();
  return bed.temporal.workflow.getHandle(handle.workflowId);
}

async function inputOf(handle: WorkflowHandle): Promise<readonly TestProject[]> {
  const { events } = await handle.fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return input.map((payload) => defaultPayloadConverter.fromPayload<TestProject>(payload));
}

/** A migration that is terminated while its first rows are on their way. */
export async function terminatedRun(bed: Testbed): Promise<WorkflowHandle> {
  const known = new EventEmitter();
  const started = once(known, 'started');
  const reached = once(known, 'reached');
  const hold = before('migrateAuth', async () => {
    await started;
    known.emit('reached');
    await untilCancelled();
  });
  const handle = await bed.start('migrateProject', [bed.nextProject()], hold);
  known.emit('started');
  await reached;
  await handle.terminate('to see it reconciled');
  return handle;
}

/** Changes rows in a project's database, which is made where there is none. */
export async function changedTarget(project: TestProject): Promise<TestProject> {
  const { databaseName } = project;
  if (!(await exists(databaseName))) {
    await execute('postgres', `CREATE DATABASE ${databaseName} TEMPLATE template0`);
    await execute(databaseName, 'CREATE SCHEMA auth CREATE TABLE users (id uuid)');
  }
  await execute(databaseName, 'INSERT INTO auth.users (id) VALUES (gen_random_uuid())');
  return project;
}

/** A fleet of these projects and of no other, at its end; as new as it was continued. */
export async function fleetOf(
  bed: Testbed,
  projects: readonly TestProject[],
  request: { readonly limits?: LimitsChange } = {},
): Promise<WorkflowHandle> {
  const list = projects.map(({ projectRef, databaseName, ownerUserId }) => {
    return { ref: projectRef, database: databaseName, owner: ownerUserId };
  });
  const { settings } = bed.configured;
  bed.configured.settings = { ...settings, projects: { list } };
  const fleet = await bed.start('migrateAll', [request]);
  // Other runs are of projects that this list would not know.
  await endingOf(fleet).finally(() => {
    bed.configured.settings = settings;
  });
  return fleet;
}

/** The first of the runs that continued one another. */
export async function firstRunOf(bed: Testbed, handle: WorkflowHandle): Promise<WorkflowHandle> {
  const { events } = await handle.fetchHistory();
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  return bed.temporal.workflow.getHandle(
    handle.workflowId,
    started?.firstExecutionRunId ?? undefined,
  );
}
