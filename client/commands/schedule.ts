import type {
  Client,
  ScheduleDescription,
  ScheduleHandle,
  ScheduleSummary,
} from '@temporalio/client';
import { Command } from 'commander';
import type { Ending } from '../ending-kinds';
import { UsageError } from '../fault';
import { answerDone, type AnswerOptions } from '../outcome';
import { withConfiguredTemporal } from '../reach';
import { moment } from '../progress/words';
import { answerOptions, withOptions } from './options';
import { createCommand } from './schedule-create';
import { clipped } from '../progress/fleet-words';
import { grid } from '../report/grid';

/** The commands `moveout schedule create | pause | resume | trigger | delete | list`. */
export function scheduleCommand(): Command {
  return new Command('schedule')
    .description('manage Temporal Schedules that run a fleet')
    .addCommand(createCommand())
    .addCommand(
      namedCommand('pause', 'start no fleet until the schedule is resumed', pauseSchedule),
    )
    .addCommand(namedCommand('resume', 'start fleets again', resumeSchedule))
    .addCommand(namedCommand('trigger', 'start the fleet of the schedule now', triggerSchedule))
    .addCommand(
      namedCommand('delete', 'delete the schedule; a running fleet continues', deleteSchedule),
    )
    .addCommand(listCommand());
}

type Act = (client: Client, name: string) => Promise<Ending>;

function namedCommand(verb: string, help: string, act: Act): Command {
  const command = new Command(verb)
    .description(help)
    .argument('<name>', 'the schedule’s name, which is its id in Temporal')
    .action((name: string, options: AnswerOptions) =>
      answerDone(options, () => withConfiguredTemporal((client) => act(client, name))),
    );
  return withOptions(command, answerOptions(), `moveout schedule ${verb} nightly`);
}

/** Pauses a schedule; a running fleet continues. */
async function pauseSchedule(client: Client, name: string): Promise<Ending> {
  const { handle } = await find(client, name);
  await handle.pause('Paused by moveout schedule pause.');
  return told(name, 'is paused; a running fleet continues');
}

/** Lets a schedule run again, also one that paused itself. */
async function resumeSchedule(client: Client, name: string): Promise<Ending> {
  const { handle } = await find(client, name);
  await handle.unpause('Resumed by moveout schedule resume.');
  const { info } = await handle.describe();
  return told(name, `is active again; next start: ${moment(info.nextActionTimes[0])}`);
}

/** Starts a schedule's fleet now. Throws a `UsageError` if its last one is still running. */
async function triggerSchedule(client: Client, name: string): Promise<Ending> {
  const { handle, description } = await find(client, name);
  const [running] = description.info.runningActions;
  if (running !== undefined) {
    throw new UsageError(
      `the fleet of ${name} is already running, as ${running.workflow.workflowId}: nothing was started`,
    );
  }
  await handle.trigger('SKIP');
  return told(name, 'starts its fleet now');
}

/** Deletes a schedule; a running fleet continues. */
async function deleteSchedule(client: Client, name: string): Promise<Ending> {
  const { handle } = await find(client, name);
  await handle.delete();
  return told(name, 'is deleted; a running fleet continues');
}

interface FoundSchedule {
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
}

/** Whoever mistypes a name must not stop something that is no fleet. */
async function find(client: Client, name: string): Promise<FoundSchedule> {
  if (name === '') {
    throw new UsageError(
      'the name of the schedule is empty; moveout schedule list shows all schedules',
    );
  }
  const handle = client.schedule.getHandle(name);
  try {
    const description = await handle.describe();
    const { workflowType } = description.action;
    if (workflowType === 'migrateAll') return { handle, description };
    throw new UsageError(`the schedule "${name}" starts ${workflowType}, not a fleet`);
  } catch (error) {
    const { ScheduleNotFoundError } = await import('@temporalio/client');
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new UsageError(
      `there is no schedule "${name}"; moveout schedule list shows all schedules`,
    );
  }
}

function told(schedule: string, words: string): Ending {
  return { kind: 'told', text: `${schedule} ${words}.\n`, document: { schedule, did: words } };
}

/** The command `moveout schedule list`. */
function listCommand(): Command {
  const command = new Command('list')
    .description('list the schedules that start fleets')
    .action((options: AnswerOptions) =>
      answerDone(options, () => withConfiguredTemporal(listSchedules)),
    );
  return withOptions(command, answerOptions(), 'moveout schedule list');
}

const COLUMNS = ['schedule', 'next run', 'last run', 'paused', 'note'].map((head) => ({ head }));

/** One schedule of fleets, as a list shows it. */
interface ScheduleRow {
  readonly schedule: string;
  readonly nextRun?: Date | undefined;
  readonly lastRun?: Date | undefined;
  readonly isPaused: boolean;
  readonly note?: string | undefined;
}

/** Tells every schedule whose action starts a fleet, whoever created it. */
async function listSchedules(client: Client): Promise<Ending> {
  const rows: ScheduleRow[] = [];
  for await (const summary of client.schedule.list()) {
    if (summary.action?.workflowType === 'migrateAll') rows.push(rowOf(summary));
  }
  const text = rows.length === 0 ? 'No schedule starts fleets.' : grid(COLUMNS, rows.map(cellsOf));
  return { kind: 'told', text: `${text}\n`, document: { schedules: rows } };
}

function rowOf({ scheduleId, state, info }: ScheduleSummary): ScheduleRow {
  return {
    schedule: scheduleId,
    nextRun: info.nextActionTimes[0],
    lastRun: info.recentActions.at(-1)?.takenAt,
    isPaused: state.paused,
    note: state.note,
  };
}

function cellsOf({ schedule, nextRun, lastRun, isPaused, note }: ScheduleRow): readonly string[] {
  return [
    schedule,
    isPaused ? '' : moment(nextRun),
    lastRun === undefined ? '' : moment(lastRun),
    isPaused ? 'PAUSED' : 'no',
    clipped(note ?? ''),
  ];
}
