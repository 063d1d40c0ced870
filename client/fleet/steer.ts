import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import type { FleetProgress } from '../../workflows/domain/fleet';
import { endingOf, type Ending } from '../ending';
import { MODES } from '../modes';
import { fleetText, statusText } from '../report/fleet';
import { UsageError } from '../fault';
import { KnownError } from '../../workflows/domain/known-error';
import { temporalProblem } from '../../workflows/domain/temporal-problem';

export type Action = 'status' | 'pause' | 'resume' | 'stop' | 'limits';

/** What is wanted of which fleet. */
export interface Wanted {
  readonly action: Action;
  readonly workflowId: string;
  /** The limits to change, for the action `limits`. */
  readonly change?: object | undefined;
}

const UPDATES = {
  pause: 'pause',
  resume: 'resume',
  stop: 'stopAfterCurrent',
  limits: 'changeLimits',
} as const;

/** A worker that is there answers well within this. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * Does what is wanted of a fleet and tells how far it is then; of a fleet that has ended, how it did.
 * Throws a `UsageError` where there is no such fleet, it has ended, or it refuses.
 */
export async function steer(client: Client, wanted: Wanted): Promise<Ending> {
  const { action, workflowId } = wanted;
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await fleetAt(client, handle);
  if (status.name !== 'RUNNING') {
    if (action === 'status') return toldEnding(await endingOf(handle));
    const others = await othersOf(client);
    throw new UsageError(`${workflowId} does not run: it is ${status.name}${others}`);
  }
  const progress = await answered(workflowId, () =>
    client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => ask(handle, wanted)),
  );
  return { kind: 'told', text: statusText(workflowId, progress, Date.now()), document: progress };
}

async function ask(handle: WorkflowHandle, { action, change }: Wanted): Promise<FleetProgress> {
  if (action === 'status') return handle.query<FleetProgress>('progress');
  if (change === undefined) return handle.executeUpdate<FleetProgress, []>(UPDATES[action]);
  return handle.executeUpdate<FleetProgress, [object]>(UPDATES[action], { args: [change] });
}

async function fleetAt(
  client: Client,
  handle: WorkflowHandle,
): Promise<WorkflowExecutionDescription> {
  const { workflowId } = handle;
  try {
    const description = await handle.describe();
    if (description.type === 'migrateAll') return description;
    throw new UsageError(`${workflowId} is a run of ${description.type}, not a fleet`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new UsageError(`no fleet has run as ${workflowId}${await othersOf(client)}`);
  }
}

/** Which fleets run, or which ran last, for somebody who named another. */
async function othersOf(client: Client): Promise<string> {
  const running = await fleetsBy(client, ' AND ExecutionStatus = "Running"');
  if (running.length > 0) return `; running now: ${running.join(', ')}`;
  const [last] = await fleetsBy(client, '');
  return last === undefined ? '; no fleet runs now' : `; no fleet runs now, the last was ${last}`;
}

/** The workflow ids of the newest fleets, five at most. */
async function fleetsBy(client: Client, which: string): Promise<readonly string[]> {
  const query = `WorkflowType = "migrateAll"${which}`;
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 5 })) {
    ids.push(workflowId);
    if (ids.length === 5) break;
  }
  return ids;
}

async function answered(
  workflowId: string,
  asking: () => Promise<FleetProgress>,
): Promise<FleetProgress> {
  try {
    return await asking();
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new UsageError(`${workflowId} refuses: ${error.cause?.message ?? error.message}`);
    }
    const why = temporalProblem(error)?.words;
    if (why === undefined) throw error;
    const message = `no worker answers for ${workflowId}: ${why}`;
    throw new KnownError('ServerUnavailable', message, { cause: error });
  }
}

function toldEnding(ending: Ending): Ending {
  if (ending.kind === 'refused') return { ...ending, undone: MODES.all.undone };
  if (ending.kind !== 'fleet') return ending;
  return { kind: 'told', text: fleetText(ending.fleet), document: ending.fleet };
}
