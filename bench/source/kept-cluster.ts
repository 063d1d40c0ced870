import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '../../local/postgres';
import type { Cleanup } from '../cleanup';
import { databaseUrl } from '../ground/database-url';
import { runStatements } from '../ground/statements-at';
import type { BenchRun } from '../run-interruptibly';

const run = promisify(execFile);

/** The database that a source lies in. */
export const SOURCE_DATABASE = 'bench_source';

/** Little write-ahead log is kept beside the rows; a crash while a source is made only makes it anew. */
const SETTINGS = { wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '256MB' };

/** A source as it is kept between runs. */
export interface KeptSource {
  /** Changes whenever the rows would be others. */
  readonly key: string;
  /** `fill` is given the URL of the empty database. */
  readonly databases: readonly {
    readonly name: string;
    readonly fill: (url: string) => Promise<void>;
  }[];
}

/**
 * A new copy of the data directory with the source in it, which is made first if no earlier run has left it in
 * `cache`. Each run starts from the same bytes, and removes its copy at the end.
 */
export async function copyOfSource(
  { cleanup, say }: BenchRun,
  source: KeptSource,
  cache: string,
): Promise<string> {
  const kept = path.join(cache, process.env['MOVEOUT_TEST_POSTGRES'] ?? '15', source.key);
  if (!existsSync(kept)) {
    say(`making the source ${source.key}, once`);
    await cleanup.within((inner) => makeSource(inner, source, kept));
  }
  const copy = temporaryFolder(cleanup);
  await copyFolder(kept, copy);
  return copy;
}

async function makeSource(cleanup: Cleanup, source: KeptSource, kept: string): Promise<void> {
  const dataDir = temporaryFolder(cleanup);
  const starting = startPostgres({ dataDir, settings: SETTINGS });
  const postgres = await cleanup.open(starting, (opened) => opened.stop());
  for (const { name, fill } of source.databases) {
    await runStatements(postgres.url, [`CREATE DATABASE ${name} TEMPLATE template0`]);
    await fill(databaseUrl(postgres.url, name));
  }
  await postgres.stop();
  const unfinished = `${kept}.${randomBytes(4).toString('hex')}`;
  cleanup.add(() => rm(unfinished, { recursive: true, force: true }));
  await mkdir(path.dirname(kept), { recursive: true });
  await copyFolder(dataDir, unfinished);
  // Another run may have been faster: its source is as good.
  if (!existsSync(kept)) await rename(unfinished, kept);
}

/** The folder is made by PostgreSQL's account or by `cp`, in a folder that both can reach. */
function temporaryFolder(cleanup: Cleanup): string {
  const folder = path.join(tmpdir(), `moveout-bench-${randomBytes(6).toString('hex')}`);
  cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Owners and modes are PostgreSQL's business, and stay as they are. */
async function copyFolder(from: string, to: string): Promise<void> {
  await run('cp', ['-a', from, to]);
}
