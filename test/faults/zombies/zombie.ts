import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { imageDifference, imageIfThere } from '../outside/image';
import { judgeTarget } from '../outside/verdict';
import type { Fault } from '../matrix/fault';
import { startMigration, type Scene } from '../matrix/scene';
import { lateAttemptOver, pause } from '../matrix/faults/workers';

/** What a worker that wakes up may find out about itself. */
interface Waking {
  /** Whether its attempt hears that it is late; a blocked thread would not. */
  readonly hears: boolean;
  /** Whether it can talk to Temporal before its late attempt is over. */
  readonly seesTemporal: boolean;
}

/** The ways of waking, from the kindest to the worst. */
export const WAKINGS: readonly [Waking, Waking, Waking] = [
  { hears: true, seesTemporal: true },
  { hears: false, seesTemporal: true },
  { hears: false, seesTemporal: false },
];

/**
 * A worker stops in the middle of a step; the run is cancelled, restored by another worker and over
 * (or done after all, where the cancellation came too late); then the first one wakes up and goes on,
 * and nothing of the target or of the backups changes.
 */
export function zombie({ hears, seesTemporal }: Waking): Fault {
  return {
    name: `${hears ? '' : 'deaf '}zombie${seesTemporal ? '' : ' cut off from Temporal'}`,
    start: (stage) => {
      if (!hears) stage.lane.crew.deafen();
      return startMigration(stage);
    },
    strike: async ({ handle, held }) => {
      pause(held.member);
      await handle.cancel();
    },
    afterwards: async (scene, account) => {
      const [wrong] = (await judgeTarget(scene, account)).problems;
      if (wrong !== undefined) throw new Error(`wrong before the zombie woke: ${wrong}`);
      const proved = await pictureOf(scene);
      await wake(scene, seesTemporal);
      const later = await pictureOf(scene);
      const moved = imageDifference(proved.target, later.target);
      if (moved !== undefined) throw new Error(`the zombie changed the target: ${moved}`);
      const files = imageDifference(proved.files, later.files);
      if (files !== undefined) throw new Error(`the zombie changed the backups: ${files}`);
      return undefined;
    },
  };
}

async function wake({ lane, held, release }: Scene, seesTemporal: boolean): Promise<void> {
  const { member } = held;
  release();
  if (seesTemporal) member.network.fix();
  member.worker.wake();
  await lateAttemptOver(lane.crew, held);
  // One that never came back to Temporal is of no use to the next try.
  if (!seesTemporal) await lane.crew.dismiss(member);
}

interface Picture {
  readonly target: readonly string[] | undefined;
  readonly files: readonly string[];
}

async function pictureOf({ lane, database }: Scene): Promise<Picture> {
  const target = await imageIfThere(lane.target.server, database);
  return { target, files: filesIn(lane.backups) };
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const place = path.join(entry.parentPath, entry.name);
      const content = entry.isFile() ? createHash('sha256').update(readFileSync(place)) : undefined;
      return `${place} ${content?.digest('hex') ?? ''}`;
    })
    .sort();
}
