import { setTimeout as wait } from 'node:timers/promises';
import { ROLE, type Lane } from '../ground/lane';
import { runAt } from '../ground/sessions';
import { smallDiskObstacle } from '../ground/small-disk';
import { END_SESSIONS } from '../matrix/faults/servers';
import { pause, WORKERS } from '../matrix/faults/workers';
import type { Random } from './random';

/** Something that goes wrong for a while; resolves when it is over. */
type Mishap = (lane: Lane, random: Random) => Promise<void>;

type Named = readonly [string, Mishap];

const outage = (random: Random): Promise<void> => wait(random.millis(200, 3_000));

const oneOf = (lane: Lane, random: Random): Lane['source'] =>
  random.pick([lane.source, lane.target]);

const killWorker: Mishap = async ({ crew }, random) => {
  const [first, ...others] = crew.members;
  if (first !== undefined) await crew.dismiss(random.pick([first, ...others]));
  await crew.fill(WORKERS);
};

const pauseWorker: Mishap = async ({ crew }, random) => {
  const [first, ...others] = crew.members;
  if (first === undefined) return;
  const member = random.pick([first, ...others]);
  pause(member);
  await wait(random.millis(4_000, 8_000));
  member.network.fix();
  member.worker.wake();
};

const restartServer: Mishap = async (lane, random) => {
  const { server } = oneOf(lane, random);
  await server.crash();
  await outage(random);
  await server.start();
};

const restartTemporal: Mishap = async ({ temporal }) => {
  await temporal.crash();
  await temporal.start();
};

const cutNetwork: Mishap = async (lane, random) => {
  const { network } = oneOf(lane, random);
  network.cut();
  await outage(random);
  network.fix();
};

const slowNetwork: Mishap = async (lane, random) => {
  const { network } = oneOf(lane, random);
  network.slow(random.millis(2, 15));
  await outage(random);
  network.fix();
};

const endSessions: Mishap = (lane, random) => runAt(oneOf(lane, random).server.url(), END_SESSIONS);

const fillDisk: Mishap = async (lane, random) => {
  if (lane.disks === undefined) return;
  const disk = random.pick([lane.disks.backups, lane.disks.target]);
  disk.fill();
  await outage(random);
  disk.empty();
};

const losePrivilege: Mishap = async (lane, random) => {
  const { server } = oneOf(lane, random);
  await runAt(server.url(), `ALTER ROLE ${ROLE} NOSUPERUSER`);
  await outage(random);
  await runAt(server.url(), `ALTER ROLE ${ROLE} SUPERUSER`);
};

/** What happens to a lane, by name; full disks only where they can be had. */
export const MISHAPS: readonly [Named, ...Named[]] = [
  ['worker killed', killWorker],
  ['worker paused', pauseWorker],
  ['sessions ended', endSessions],
  ['server restarted', restartServer],
  ['Temporal server restarted', restartTemporal],
  ['network cut', cutNetwork],
  ['network slow', slowNetwork],
  ['privilege lost', losePrivilege],
  ...(smallDiskObstacle() === undefined ? [['disk full', fillDisk] as const] : []),
];
