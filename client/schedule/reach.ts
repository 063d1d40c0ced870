import type { Client } from '@temporalio/client';
import { configuredTemporal } from '../../temporal/settings';
import { connectClient } from '../../temporal/connect';
import type { Ending } from '../ending';
import type { Flags } from '../flags';
import { taskQueueOf } from '../task-queue';
import { UsageError } from '../fault';

/** Where schedules are, and the task queue that their fleets are started on. */
export interface Place {
  readonly client: Client;
  readonly taskQueue: string;
}

/** What a subcommand does with the schedule of a name. */
export type Act = (place: Place, name: string, flags: Flags) => Promise<Ending>;

/** Runs `act` with the configured Temporal. Throws one message where none is, or it cannot be reached. */
export async function withSchedules(act: (place: Place) => Promise<Ending>): Promise<Ending> {
  const reachable = configuredTemporal(process.env);
  if (reachable === undefined) {
    throw new UsageError(
      'a schedule needs a Temporal that goes on running: name it in TEMPORAL_ADDRESS (the local one ends with its script)',
    );
  }
  const client = await connectClient(reachable);
  try {
    return await act({ client, taskQueue: taskQueueOf({}, process.env) });
  } finally {
    await client.connection.close();
  }
}
