import type { BenchGround } from '../ground/ground';
import { timed, type BenchMover } from './mover';
import { BOTH_SCHEMAS, libpqEnvironment } from './peer-database';
import { runPipe, type PeerRun } from './peer-program';

/** `createdb; pg_dump -Fc | pg_restore`: what most people use. */
export function pgDumpCustom(version: string): BenchMover {
  return {
    ...{ name: 'pg_dump-custom', version },
    move: async ({ ground, source, target, ...run }) => {
      const seconds = await timed(() => dumpAndRestore(ground, [source, target], run));
      return { seconds, steps: [{ step: 'createdb; pg_dump -Fc | pg_restore', seconds }] };
    },
  };
}

/** Makes the second database and copies the two schemas of the first one into it. */
export async function dumpAndRestore(
  { query, url }: Pick<BenchGround, 'query' | 'url'>,
  [source, target]: readonly [string, string],
  run: PeerRun,
): Promise<void> {
  await query(`CREATE DATABASE ${target} TEMPLATE template0`);
  const from = { file: 'pg_dump', args: ['-Fc', ...BOTH_SCHEMAS] };
  const to = { file: 'pg_restore', args: ['-d', target] };
  await runPipe(
    [
      { ...from, env: libpqEnvironment(url(source)) },
      { ...to, env: libpqEnvironment(url(target)) },
    ],
    run,
  );
}
