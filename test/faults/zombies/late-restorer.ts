import { runAt } from '../ground/sessions';
import type { Fault } from '../matrix/fault';
import { pause, wakeUp } from '../matrix/faults/workers';
import { imageDifference, imageIfThere } from '../outside/image';
import { judgeTarget } from '../outside/verdict';

/**
 * A worker stops in the middle of a restore; another one restores, and the run is over. Then another user
 * makes a database of the same name, and the first worker, which was about to drop it, wakes up.
 */
export const lateRestorer: Fault = {
  name: 'zombie that restores',
  strike: ({ held }) => {
    pause(held.member);
    return Promise.resolve();
  },
  afterwards: async (scene, account) => {
    const { lane, database } = scene;
    const [wrong] = (await judgeTarget(scene, account)).problems;
    if (wrong !== undefined) throw new Error(`wrong before the zombie woke: ${wrong}`);
    const { server } = lane.target;
    await runAt(server.url(), `CREATE DATABASE ${database}`);
    await runAt(server.url(database), 'CREATE TABLE kept AS SELECT 1 AS one');
    const made = await imageIfThere(server, database);
    await wakeUp(scene);
    const change = imageDifference(made, await imageIfThere(server, database));
    if (change !== undefined)
      throw new Error(`the zombie changed another user's database: ${change}`);
    await runAt(server.url(), `DROP DATABASE ${database}`);
    return undefined;
  },
};
