import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { types } from 'node:util';

const MB = 1024 * 1024;

/** A file system of a few megabytes that can be filled up, and the folder it is mounted on. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  readonly fill: () => void;
  /** Gives the room back. */
  readonly empty: () => void;
  readonly unmount: () => void;
}

/** Why no small disk can be had here; `undefined` where it can. */
export function smallDiskObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux: the small disk is a tmpfs';
  if (process.getuid?.() !== 0) return 'needs root: the small disk is a tmpfs that is mounted';
  return undefined;
}

/** Mounts an empty disk of `megabytes` on a new folder, open to everybody; throws where it cannot be. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const options = `size=${megabytes}m,mode=0755`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  const unmount = (): void => {
    spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' });
  };
  process.once('exit', unmount);
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    fill: () => fillUp(ballast),
    empty: () => rmSync(ballast, { force: true }),
    unmount: () => {
      process.removeListener('exit', unmount);
      unmount();
    },
  };
}

function fillUp(file: string): void {
  const handle = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600);
  try {
    for (const size of [MB, 64 * 1024, 4096]) writeAll(handle, Buffer.alloc(size));
  } finally {
    closeSync(handle);
  }
}

function writeAll(handle: number, block: Buffer): void {
  try {
    for (;;) if (writeSync(handle, block) < block.length) return;
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOSPC') return;
    throw error;
  }
}
