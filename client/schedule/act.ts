import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleDescription,
  type ScheduleHandle,
} from '@temporalio/client';
import type { Ending } from '../ending';
import { UsageError } from '../fault';
import type { Place } from './reach';
import { moment } from './words';

/** Pauses a schedule; a fleet that runs goes on. */
export async function pauseSchedule(place: Place, name: string): Promise<Ending> {
  const { handle } = await find(place, name);
  await handle.pause('Paused by moveout schedule pause.');
  return told(name, 'is paused; a fleet that runs goes on');
}

/** Lets a schedule run again, also one that paused itself. */
export async function resumeSchedule(place: Place, name: string): Promise<Ending> {
  const { handle } = await find(place, name);
  await handle.unpause('Resumed by moveout schedule resume.');
  const { info } = await handle.describe();
  return told(name, `runs again; next: ${moment(info.nextActionTimes[0])}`);
}

/** Starts a schedule's fleet now. Throws a `UsageError` where its last one still runs. */
export async function triggerSchedule(place: Place, name: string): Promise<Ending> {
  const { handle, description } = await find(place, name);
  const [running] = description.info.runningActions;
  if (running !== undefined) {
    throw new UsageError(
      `${name} runs already, as ${running.workflow.workflowId}: nothing was started`,
    );
  }
  await handle.trigger(ScheduleOverlapPolicy.SKIP);
  return told(name, 'starts its fleet now');
}

/** Deletes a schedule; a fleet that runs goes on. */
export async function deleteSchedule(place: Place, name: string): Promise<Ending> {
  const { handle } = await find(place, name);
  await handle.delete();
  return told(name, 'is deleted; a fleet that runs goes on');
}

interface Found {
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
}

/** Whoever mistypes a name must not stop something that is no fleet. */
async function find({ client }: Place, name: string): Promise<Found> {
  if (name === '') {
    throw new UsageError(
      'the name of the schedule is empty; moveout schedule list shows those there are',
    );
  }
  const handle = client.schedule.getHandle(name);
  try {
    const description = await handle.describe();
    const { workflowType } = description.action;
    if (workflowType === 'migrateAll') return { handle, description };
    throw new UsageError(`the schedule "${name}" starts ${workflowType}, not a fleet`);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new UsageError(
      `there is no schedule "${name}"; moveout schedule list shows those there are`,
    );
  }
}

function told(schedule: string, words: string): Ending {
  return { kind: 'told', text: `${schedule} ${words}.\n`, document: { schedule, did: words } };
}
