import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rowsAt } from '../ground/statements-at';
import { PROJECT_SCHEMAS } from '../../workflows/domain/names';
import { timed, type Move, type BenchMover, type MoveOrder } from './mover';
import { runPipe } from './peer-program';

const JOBS = ['--table-jobs', '2', '--index-jobs', '2'];

/** `pgcopydb clone` of the two schemas, with two jobs for tables and two for indexes. */
export function pgcopydb(version: string): BenchMover {
  return {
    ...{ name: 'pgcopydb', version },
    move: async (order) => {
      const folder = path.join(order.ground.folder, 'pgcopydb');
      const filters = path.join(order.ground.folder, 'pgcopydb.ini');
      await writeFile(filters, await filterOf(order.ground.url(order.source)));
      try {
        return await clone(order, { folder, filters });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function clone(
  { ground, source, target, ...run }: MoveOrder,
  { folder, filters }: { readonly folder: string; readonly filters: string },
): Promise<Move> {
  const createdb = await timed(() => ground.query(`CREATE DATABASE ${target} TEMPLATE template0`));
  const program = {
    file: 'pgcopydb',
    args: ['clone', '--dir', folder, '--filters', filters, ...JOBS],
    env: {
      PGCOPYDB_SOURCE_PGURI: ground.url(source),
      PGCOPYDB_TARGET_PGURI: ground.url(target),
    },
  };
  const cloned = await timed(() => runPipe([program], run));
  return {
    seconds: createdb + cloned,
    steps: [
      { step: 'createdb', seconds: createdb },
      { step: 'pgcopydb clone', seconds: cloned },
    ],
  };
}

/** Old releases can only leave schemas out, so the others are named. */
async function filterOf(url: string): Promise<string> {
  const others = await rowsAt<{ name: string }>(
    url,
    `SELECT nspname AS name FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL ($1) ORDER BY 1`,
    [PROJECT_SCHEMAS],
  );
  return ['[exclude-schema]', ...others.map(({ name }) => name), ''].join('\n');
}
