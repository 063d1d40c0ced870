import type { Client, ScheduleOptions, ScheduleSpec } from '@temporalio/client';
import { Command } from 'commander';
import { migrateAllRequestSchema } from '../../workflows/domain/request';
import { counted } from '../../workflows/domain/counted';
import type { Ending } from '../ending-kinds';
import { UsageError } from '../fault';
import { answerDone, type AnswerOptions } from '../outcome';
import { limitsWords } from '../progress/fleet-words';
import { moment } from '../progress/words';
import { withConfiguredTemporal } from '../reach';
import { taskQueueOf } from '../task-queue';
import { fleetInput, fleetOptions, problemsOfTimezone, type FleetOptions } from './fleet-flags';
import { answerOptions, asksFor, failedOf, file, named, withOptions } from './options';

interface CreateOptions extends FleetOptions, AnswerOptions {
  readonly cron?: string;
  readonly every?: string;
  readonly file?: string;
  readonly of?: string;
}

/** The command `moveout schedule create`. */
export function createCommand(): Command {
  const command = new Command('create')
    .description('create a schedule that starts a fleet')
    .argument('<name>', 'the schedule’s name, which is its id in Temporal')
    .action((name: string, options: CreateOptions) =>
      answerDone(options, () =>
        withConfiguredTemporal((client) => createSchedule(client, name, options)),
      ),
    );
  const when = [
    named('--cron <expression>', 'cron expression of five fields, such as "0 22 * * *"'),
    named('--every <time>', 'interval, such as 30m, 12h or 1d'),
  ];
  return withOptions(
    command,
    [
      ...when,
      file(),
      failedOf('or in any run: any; default: all configured projects').conflicts('file'),
      ...fleetOptions(),
      ...answerOptions(),
    ],
    "moveout schedule create nightly --cron='0 22 * * *' --timezone=Europe/Berlin --canary=3",
  );
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const NOTE =
  'Moves what is not migrated yet. Skips a time at which its last fleet still runs, and pauses itself when a fleet stops by its limits, or when the list of projects cannot be made.';

/**
 * Creates a Schedule that starts `migrateAll`. Throws a `UsageError` for wrong flags, or if one of
 * that name exists; then nothing was created.
 */
async function createSchedule(client: Client, name: string, flags: CreateOptions): Promise<Ending> {
  const taskQueue = taskQueueOf({}, process.env);
  const options = optionsOf(name, taskQueue, flags);
  try {
    const handle = await client.schedule.create(options);
    const { info, memo } = await handle.describe();
    const next = moment(info.nextActionTimes[0]);
    const about = String(memo?.['about']);
    const text = `${name} is created: ${about}.\nFirst run: ${next}, on the task queue ${taskQueue}.\n`;
    return { kind: 'told', text, document: { schedule: name, nextRun: info.nextActionTimes[0] } };
  } catch (error) {
    const { ScheduleAlreadyRunning } = await import('@temporalio/client');
    if (error instanceof ScheduleAlreadyRunning) {
      throw new UsageError(
        `a schedule "${name}" already exists: delete it first, or edit it in the Web UI or by temporal schedule update`,
      );
    }
    throw refusedSpec(error, flags);
  }
}

function optionsOf(name: string, taskQueue: string, flags: CreateOptions): ScheduleOptions {
  const { spec, problems } = specOf(flags);
  const all = [...problemsOfName(name), ...problems];
  if (all.length > 0) throw new UsageError(all.join('; '));
  const { input, about } = fleetOf(flags);
  return {
    scheduleId: name,
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: 'migrateAll',
      workflowId: `migrate-all/${name}`,
      taskQueue,
      args: [input],
      staticSummary: `${name}: ${about}`,
      memo: { startedBy: `schedule ${name}` },
    },
    policies: {
      overlap: 'SKIP',
      catchupWindow: '10 minutes',
      pauseOnFailure: true,
    },
    memo: { about },
    state: { note: NOTE },
  };
}

/** The fleet that is started each time, and what it is, in words. */
function fleetOf({ timezone, ...flags }: CreateOptions) {
  // The zone is also that of the times at which the schedule runs.
  const hours = flags.window === undefined || timezone === undefined ? {} : { timezone };
  const fields = { ...fleetInput({ ...flags, ...hours }), file: flags.file, failedOf: flags.of };
  const request = asksFor('migrateAll', fields, { command: 'schedule create' });
  // Who cancels a fleet that nobody waits for wants no more to be started.
  const input = migrateAllRequestSchema.parse(request.input);
  const { canary, exclude, limits } = input;
  const first = canary === 0 ? '' : `${counted(canary, 'canary', 'canaries')} first`;
  const without = exclude.length === 0 ? '' : `without ${exclude.join(', ')}`;
  const words = [request.summary, without, first, limitsWords(limits)];
  return { input, about: words.filter((part) => part !== '').join(' · ') };
}

function problemsOfName(name: string): readonly string[] {
  if (NAME.test(name)) return [];
  return ['the name must be made of letters, digits, ".", "_" and "-", for example nightly'];
}

/** The SDK's error for a spec that Temporal refuses; of a spec only the expression was not checked here. */
function refusedSpec(error: unknown, { cron }: CreateOptions): unknown {
  if (cron === undefined || !(error instanceof TypeError)) return error;
  return new UsageError(`Temporal does not accept --cron: ${error.message}`);
}

type Interval = `${number}${'s' | 'm' | 'h' | 'd'}`;

const isInterval = (text: string): text is Interval => /^[1-9][0-9]{0,6}[smhd]$/.test(text);

/** When a schedule runs, or what is wrong with the flags that say so. */
interface TypedSpec {
  readonly spec: ScheduleSpec;
  readonly problems: readonly string[];
}

/** Reads `--cron` or `--every`; whether a cron expression is right, Temporal tells. */
function specOf(flags: CreateOptions): TypedSpec {
  const { cron, every, timezone } = flags;
  if ((cron === undefined) === (every === undefined)) {
    const words = 'one of --cron or --every must say when the schedule runs';
    return { spec: {}, problems: [words] };
  }
  if (cron !== undefined) {
    const spec = { cronExpressions: [cron], timezone: timezone ?? 'UTC' };
    return { spec, problems: problemsOfTimezone(flags) };
  }
  if (every !== undefined && isInterval(every))
    return { spec: { intervals: [{ every }] }, problems: [] };
  return { spec: {}, problems: ['--every must be a time such as 30m, 12h or 1d'] };
}
