import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { findTemporalCli, startDevServer } from '../../local/temporal-cli';
import { startPostgres, type Postgres } from '../../local/postgres';
import { canCount } from '../measure/counted-statements';
import type { BenchRun } from '../run-interruptibly';
import { copyOfSource, type KeptSource } from '../source/kept-cluster';
import { databaseUrl } from './database-url';
import { COUNTING_LIBRARY, serverSettings } from './server-settings';
import { runStatements } from './statements-at';

/** One PostgreSQL with a source in it and room for targets, one Temporal server, one folder. */
export interface BenchGround {
  /** For backups, dumps and logs. */
  readonly folder: string;
  readonly temporal: { readonly address: string; readonly pid: number };
  readonly client: TemporalClient;
  readonly postgres: { readonly pid: number; readonly release: string };
  /** Whether PostgreSQL itself counts what statements cost. */
  readonly counts: boolean;
  /** URL of a database of the server. */
  readonly url: (database: string) => string;
  /** Runs a statement in the maintenance database. */
  readonly query: (statement: string) => Promise<void>;
}

/** What the servers are started with. */
export interface GroundOptions {
  /** Where sources are kept between runs. */
  readonly cache: string;
  /** PostgreSQL's own settings that differ from the bench's. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts servers on a copy of the source; `run.cleanup` ends them and removes what they leave. */
export async function openGround(
  run: BenchRun,
  source: KeptSource,
  { cache, settings }: GroundOptions,
): Promise<BenchGround> {
  const { cleanup, say } = run;
  const dataDir = await copyOfSource(run, source, cache);
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-bench-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = await cleanup.open(startServer(dataDir, settings), (opened) => opened.stop());
  const counts = await canCount(postgres.url);
  if (!counts) say(`${COUNTING_LIBRARY} is not loaded: statements are sampled, not counted`);
  const cli = await findTemporalCli(say);
  const logFile = path.join(folder, 'temporal.log');
  const server = await cleanup.open(
    startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile }),
    (opened) => opened.stop(),
  );
  return {
    ...{ folder, counts },
    temporal: { address: server.address, pid: server.pid },
    client: await clientOf(run, server.address),
    postgres: { pid: postgres.pid, release: postgres.release },
    url: (database) => databaseUrl(postgres.url, database),
    query: (statement) => runStatements(postgres.url, [statement]),
  };
}

/** A PostgreSQL without the library that counts does not start with it. */
async function startServer(dataDir: string, changed: GroundOptions['settings']): Promise<Postgres> {
  const settings = serverSettings(changed);
  try {
    return await startPostgres({ dataDir, settings });
  } catch (error) {
    const words = error instanceof Error ? error.message : '';
    if (!words.includes(`access file "${COUNTING_LIBRARY}"`)) throw error;
    return startPostgres({ dataDir, settings: { ...settings, shared_preload_libraries: '' } });
  }
}

async function clientOf({ cleanup, signal }: BenchRun, address: string): Promise<TemporalClient> {
  // A call that is interrupted is retried; a connection that was closed meanwhile would throw at that.
  const connection = await cleanup.open(Connection.connect({ address }), async (opened) => {
    if (!signal.aborted) await opened.close();
  });
  return new TemporalClient({ connection });
}
