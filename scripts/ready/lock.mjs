import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { NotReady } from './not-ready.mjs';
import { isProcessAlive, processIdentity } from './process-identity.mjs';

const ME = processIdentity();

/**
 * Runs `work` while this process alone holds `lock`, a folder that contains one file named after
 * the holder's process. A holder that died is replaced.
 *
 * The folder is prepared under another name and put in place by rename, which the system refuses
 * while another holder's file is in it. So nobody ever sees a lock without its holder's name, and a
 * dead holder is removed by deleting the file with exactly its name, which cannot hit a living one.
 */
export async function withLock(lock, say, work) {
  let waitingFor;
  while (!tryLock(lock)) {
    const holder = livingHolder(lock);
    if (holder !== undefined && holder !== waitingFor) {
      waitingFor = holder;
      say(`process ${holder.split('-')[0]} is installing or building here; waiting for it`);
    }
    if (holder !== undefined) await wait(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path.join(lock, ME), { force: true });
    removeIfEmpty(lock);
  }
}

function tryLock(lock) {
  const prepared = `${lock}.${process.pid}`;
  try {
    mkdirSync(prepared, { recursive: true });
    writeFileSync(path.join(prepared, ME), '');
    renameSync(prepared, lock);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false;
    throw new NotReady(`cannot write in ${path.dirname(lock)}: ${error.message}`);
  }
}

function livingHolder(lock) {
  for (const name of entries(lock)) {
    if (isProcessAlive(name)) return name;
    rmSync(path.join(lock, name), { force: true });
  }
  return undefined;
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function removeIfEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST')
      throw error;
  }
}
