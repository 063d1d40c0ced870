import path from 'node:path';
import { rm } from 'node:fs/promises';
import { dumpAndRestore } from '../peer';
import type { BenchGround } from './ground';

/** As many at a time as the peer was always measured with. */
const AT_A_TIME = 2;

/**
 * Copies databases one by one as a shell loop would: `createdb && pg_dump -Fc | pg_restore`, two at a time.
 * Gives the seconds that it took. Nothing is scoped, backed up, verified or undone.
 */
export async function runPeerLoop(
  { query, url, folder }: BenchGround,
  databases: readonly string[],
): Promise<number> {
  const waiting = [...databases];
  const lane = async (): Promise<void> => {
    for (let from = waiting.shift(); from !== undefined; from = waiting.shift()) {
      const to = `peer_${from}`;
      const file = path.join(folder, `${to}.dump`);
      await query(`CREATE DATABASE ${to} TEMPLATE template0`);
      await dumpAndRestore(url(from), url(to), file);
      await rm(file);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return (performance.now() - started) / 1000;
}
