import { rm } from 'node:fs/promises';
import path from 'node:path';
import { timed, type Move, type BenchMover, type MoveOrder } from './mover';
import { BOTH_SCHEMAS, libpqEnvironment } from './peer-database';
import { runPipe } from './peer-program';

const JOBS = '-j2';

/** `pg_dump -Fd -Z0 -j2`, then `pg_restore -j2`: two sessions and no compression. */
export function pgDumpDirectory(version: string): BenchMover {
  return {
    ...{ name: 'pg_dump-directory', version },
    move: async (order) => {
      const folder = path.join(order.ground.folder, 'dump');
      try {
        return await dumpThenRestore(order, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function dumpThenRestore(
  { ground, source, target, ...run }: MoveOrder,
  folder: string,
): Promise<Move> {
  const dump = { file: 'pg_dump', args: ['-Fd', '-Z0', JOBS, '-f', folder, ...BOTH_SCHEMAS] };
  const restore = { file: 'pg_restore', args: [JOBS, '-d', target, folder] };
  const from = libpqEnvironment(ground.url(source));
  const to = libpqEnvironment(ground.url(target));
  const createdb = await timed(() => ground.query(`CREATE DATABASE ${target} TEMPLATE template0`));
  const dumped = await timed(() => runPipe([{ ...dump, env: from }], run));
  const restored = await timed(() => runPipe([{ ...restore, env: to }], run));
  return {
    seconds: createdb + dumped + restored,
    steps: [
      { step: 'createdb', seconds: createdb },
      { step: 'pg_dump -Fd -Z0 -j2', seconds: dumped },
      { step: 'pg_restore -j2', seconds: restored },
    ],
  };
}
