import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleOptions,
} from '@temporalio/client';
import { migrateAllRequestSchema } from '../../workflows/domain/request';
import { counted } from '../../workflows/domain/counted';
import type { Ending } from '../ending';
import { typed, type Flags } from '../flags';
import { MODES } from '../modes';
import { limitsWords } from '../progress/fleet-words';
import { inputFor } from '../request';
import { UsageError } from '../fault';
import type { Place } from './reach';
import { specOf } from './spec';
import { moment } from './words';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const NOTE =
  'Moves what is not migrated yet. Skips a time at which its last fleet still runs, and pauses itself when a fleet stops by its limits.';

/**
 * Creates a Schedule that starts `migrateAll`. Throws a `UsageError` for wrong flags, or where one of
 * that name exists; then nothing was created.
 */
export async function createSchedule(
  { client, taskQueue }: Place,
  name: string,
  flags: Flags,
): Promise<Ending> {
  const options = optionsOf(name, taskQueue, flags);
  try {
    const handle = await client.schedule.create(options);
    const { info, memo } = await handle.describe();
    const next = moment(info.nextActionTimes[0]);
    const about = String(memo?.['about']);
    const text = `${name} is created: ${about}.\nFirst run: ${next}, on the task queue ${taskQueue}.\n`;
    return { kind: 'told', text, document: { schedule: name, nextRun: info.nextActionTimes[0] } };
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      throw new UsageError(
        `a schedule "${name}" exists already: delete it first, or edit it in the Web UI or by temporal schedule update`,
      );
    }
    throw refusedSpec(error, flags);
  }
}

function optionsOf(name: string, taskQueue: string, flags: Flags): ScheduleOptions {
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
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: '10 minutes',
      pauseOnFailure: true,
    },
    memo: { about },
    state: { note: NOTE },
  };
}

/** The fleet that is started each time, and what it is, in words. */
function fleetOf({ timezone, ...flags }: Flags) {
  if (flags.of !== undefined && flags.file !== undefined) {
    throw new UsageError(
      `${typed('of')} and ${typed('file')} both name projects: give one of them`,
    );
  }
  // The zone is also that of the times at which the schedule runs.
  const hours = flags.window === undefined || timezone === undefined ? {} : { timezone };
  const mode = flags.of === undefined ? 'all' : 'retry';
  const typedInput = inputFor(mode, { ...flags, ...hours });
  // Who cancels a fleet that nobody waits for wants no more to be started.
  const input = migrateAllRequestSchema.parse({ ...typedInput, cancelRunning: false });
  const { canary, exclude, limits } = input;
  const first = canary === 0 ? '' : `${counted(canary, 'canary', 'canaries')} first`;
  const without = exclude.length === 0 ? '' : `without ${exclude.join(', ')}`;
  const words = [MODES[mode].summary(flags), without, first, limitsWords(limits)];
  return { input, about: words.filter((part) => part !== '').join(' · ') };
}

function problemsOfName(name: string): readonly string[] {
  if (NAME.test(name)) return [];
  return ['the name must be made of letters, digits, ".", "_" and "-", for example nightly'];
}

/** The SDK's error for a spec that Temporal refuses; of a spec only the expression was not checked here. */
function refusedSpec(error: unknown, { cron }: Flags): unknown {
  if (cron === undefined || !(error instanceof TypeError)) return error;
  return new UsageError(`${typed('cron')} is not understood by Temporal: ${error.message}`);
}
