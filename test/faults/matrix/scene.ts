import type { WorkflowHandle } from '@temporalio/client';
import { TASK_QUEUE, migrationWorkflowId } from '../../../workflows/domain/names';
import type { StudioProject } from '../../../studio/studio';
import type { Gate } from '../ground/crew';
import { makeTarget, type Kind } from '../ground/kinds';
import type { Lane } from '../ground/lane';
import type { KeptPostgres } from '../ground/kept-postgres';
import { runAt } from '../ground/sessions';
import { until } from '../../support/until';
import { standingOn } from '../outside/leftovers';
import { imageIfThere } from '../outside/image';

/** A target that stands ready for a migration, and all that was there before it. */
export interface Stage {
  readonly lane: Lane;
  readonly project: StudioProject;
  readonly kind: Kind;
  readonly database: string;
  readonly before: {
    readonly target: readonly string[] | undefined;
    readonly standing: { readonly source: readonly string[]; readonly target: readonly string[] };
  };
}

/** A migration under way that stands still. */
export interface Scene extends Stage {
  readonly handle: WorkflowHandle;
  readonly held: Gate;
  readonly release: () => void;
  readonly drop: () => void;
}

/** Makes the target of a kind and takes down what is there. */
export async function setStage(lane: Lane, project: StudioProject, kind: Kind): Promise<Stage> {
  const standing = {
    source: await quietly(lane.source.server),
    target: await quietly(lane.target.server),
  };
  const { target } = lane;
  const { database } = project;
  await makeTarget(target.server, database, kind);
  const image = await imageIfThere(target.server, database);
  return { lane, project, kind, database, before: { target: image, standing } };
}

/** What stands on a server once the last cell's sessions, which may still read, are gone. */
function quietly(server: KeptPostgres): Promise<readonly string[]> {
  return until('the sessions of the last cell to end', async () => {
    const standing = await standingOn(server);
    return standing.some((line) => line.startsWith('session ')) ? undefined : standing;
  });
}

/** The input of the migration. */
function inputOf({ project, database, kind }: Stage): object {
  const replace = kind === 'filled' || kind === 'differing';
  const { ref: projectRef, owner: ownerUserId } = project;
  return { projectRef, databaseName: database, ownerUserId, replace };
}

/** Starts the migration as the Temporal CLI would. */
export function startMigration(stage: Stage): Promise<WorkflowHandle> {
  const { lane, project } = stage;
  return lane.temporal.client.workflow.start('migrateProject', {
    workflowId: migrationWorkflowId(project.ref),
    taskQueue: TASK_QUEUE,
    args: [inputOf(stage)],
  });
}

/** Clears the stage: the target goes, and so do the backups. */
export async function clearStage({ lane, database }: Stage): Promise<void> {
  await runAt(lane.target.server.url(), `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  lane.clearBackups();
}
