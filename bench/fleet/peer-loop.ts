import type { BenchGround } from '../ground/ground';
import { dumpAndRestore } from '../movers/pg-dump-custom';

/** As many at a time as the peer was always measured with. */
const AT_A_TIME = 2;

/**
 * Copies databases one by one as a shell loop would, `createdb; pg_dump -Fc | pg_restore`, two at a time. Gives the
 * seconds that it took. Nothing is scoped, backed up, verified or restored if it fails.
 */
export async function runPeerLoop(
  ground: BenchGround,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const waiting = [...databases];
  const lane = async (): Promise<void> => {
    for (let from = waiting.shift(); from !== undefined; from = waiting.shift())
      await dumpAndRestore(ground, [from, `peer_${from}`], { signal });
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return (performance.now() - started) / 1000;
}
