import { setTimeout as wait } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { hostQueueOf } from '../workflows/domain/names';
import { failure } from './runtime/failure';
import type { Resources } from './runtime/resources';
import { isServed } from './temporal/pollers';

/** A worker that is being started is seen after a moment. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 1_000;

/**
 * Makes sure that the host that a request names has a worker; runs on the common task queue. Throws `NotFound` with
 * the name, and with the host of the worker that has looked, if it has none.
 */
export async function findHost(
  { host: own, store }: Pick<Resources, 'host' | 'store'>,
  host: string,
): Promise<void> {
  const { client, info, cancellationSignal: signal } = Context.current();
  const queue = hostQueueOf(info.taskQueue, host);
  for (let look = 1; look <= LOOKS; look += 1) {
    if (await isServed(client, queue)) return;
    if (look < LOOKS) await wait(LOOK_AGAIN_MS, undefined, { signal });
  }
  const known = await own.known();
  const served =
    known === undefined
      ? `the worker that answers has no host id yet (${store.directory})`
      : `the worker that answers is of host "${known}" (${store.directory})`;
  throw failure('NotFound', `no worker of host "${host}" asks for work, ${served}; ${REMEDY}`);
}

const REMEDY =
  '"host" must be the text of the file "host" in a backup directory: correct it, leave it out, or start a worker of that host (one whose steps are all busy asks for no work: wait)';
