import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { Command } from 'commander';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Ending } from '../ending-kinds';
import { fleetText, statusText } from '../report/fleet';
import { UsageError } from '../fault';
import { answerDone, type AnswerOptions } from '../outcome';
import { withRunningTemporal } from '../reach';
import { limitOptions, limitsOf, type LimitOptions } from './fleet-flags';
import { answerOptions, named, withOptions } from './options';
import { KnownError } from '../../workflows/domain/known-error';
import { temporalProblem } from '../../workflows/domain/temporal-problem';

interface FleetActionOptions extends LimitOptions, AnswerOptions {
  readonly id?: string;
}

const ACTIONS = {
  status: {
    help: 'show how far a fleet is, or how it ended',
    example: 'moveout fleet status',
  },
  pause: {
    help: 'start no more projects until the fleet is resumed; running migrations continue',
    example: 'moveout fleet pause',
  },
  resume: { help: 'start projects again', example: 'moveout fleet resume' },
  stop: {
    help: 'stop after the running migrations finish',
    example: 'moveout fleet stop --id=migrate-all',
  },
  limits: {
    help: 'change the limits of a running fleet; "none" removes a limit',
    example: 'moveout fleet limits --concurrency=8 --window=none',
  },
} as const;

type Action = keyof typeof ACTIONS;

/** The commands `moveout fleet status | pause | resume | stop | limits`. */
export function fleetCommand(): Command {
  return new Command('fleet')
    .description('show a fleet, or control a running one')
    .addCommand(actionCommand('status'))
    .addCommand(actionCommand('pause'))
    .addCommand(actionCommand('resume'))
    .addCommand(actionCommand('stop'))
    .addCommand(actionCommand('limits'));
}

function actionCommand(action: Action): Command {
  const { help, example } = ACTIONS[action];
  const command = new Command(action)
    .description(help)
    .action((options: FleetActionOptions) => answerDone(options, () => act(action, options)));
  const id = named('--id <workflow id>', 'the fleet’s workflow id (default: migrate-all)');
  const limits = action === 'limits' ? limitOptions() : [];
  return withOptions(command, [id, ...limits, ...answerOptions()], example);
}

async function act(action: Action, options: FleetActionOptions): Promise<Ending> {
  const change = action === 'limits' ? changeOf(options) : undefined;
  const workflowId = options.id ?? 'migrate-all';
  return withRunningTemporal((client) => steer(client, { action, workflowId, change }));
}

function changeOf(options: LimitOptions): object {
  const { fields, problems } = limitsOf(options);
  if (problems.length > 0) throw new UsageError(problems.join('; '));
  if (Object.keys(fields).length > 0) return fields;
  throw new UsageError('fleet limits needs a limit to change, for example --concurrency=8');
}

/** What is wanted of which fleet. */
interface WantedAction {
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
async function steer(client: Client, wanted: WantedAction): Promise<Ending> {
  const { action, workflowId } = wanted;
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await fleetAt(client, handle);
  if (status.name !== 'RUNNING') {
    if (action === 'status') {
      const { endingOf } = await import('../ending.js');
      return toldEnding(await endingOf(handle));
    }
    const others = await othersOf(client);
    throw new UsageError(`${workflowId} is not running (${status.name})${others}`);
  }
  const progress = await answered(workflowId, () =>
    client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => ask(handle, wanted)),
  );
  return { kind: 'told', text: statusText(workflowId, progress, Date.now()), document: progress };
}

async function ask(
  handle: WorkflowHandle,
  { action, change }: WantedAction,
): Promise<FleetProgress> {
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
    const { WorkflowNotFoundError } = await import('@temporalio/client');
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new UsageError(
      `there is no fleet with the workflow id ${workflowId}${await othersOf(client)}`,
    );
  }
}

/** Which fleets run, or which ran last, for an operator who named another. */
async function othersOf(client: Client): Promise<string> {
  const running = await fleetsBy(client, ' AND ExecutionStatus = "Running"');
  if (running.length > 0) return `; running now: ${running.join(', ')}`;
  const [last] = await fleetsBy(client, '');
  return last === undefined
    ? '; no fleet is running'
    : `; no fleet is running, the last one was ${last}`;
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
    const { WorkflowUpdateFailedError } = await import('@temporalio/client');
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
  if (ending.kind === 'refused')
    return { ...ending, undone: 'the list of projects could not be made' };
  if (ending.kind !== 'fleet') return ending;
  return { kind: 'told', text: fleetText(ending.fleet), document: ending.fleet };
}
