import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Client } from 'pg';
import { findTemporalCli, startDevServer } from '../../local/temporal-cli';
import { startPostgres } from '../../local/postgres';

/** One PostgreSQL for sources and targets, one Temporal, one folder; all gone at the end. */
export interface BenchGround {
  readonly folder: string;
  readonly temporal: string;
  readonly client: TemporalClient;
  /** URL of a database of the server. */
  readonly url: (database: string) => string;
  readonly query: (statement: string) => Promise<void>;
}

/** Preloaded for measuring by hand: what the server itself counts. */
const PRELOAD = process.env['MOVEOUT_BENCH_PRELOAD'];

/** Runs `use` on servers that are ended afterwards; `MOVEOUT_BENCH_KEEP` keeps the folder. */
export async function onGround(use: (ground: BenchGround) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-fleet-'));
  const cli = await findTemporalCli((line) => process.stderr.write(`${line}\n`));
  const settings = PRELOAD === undefined ? {} : { shared_preload_libraries: PRELOAD };
  const postgres = await startPostgres({ settings });
  const logFile = path.join(folder, 'temporal.log');
  const server = await startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile });
  const connection = await Connection.connect({ address: server.address });
  const url = (database: string): string => {
    const changed = new URL(postgres.url);
    changed.pathname = `/${database}`;
    return changed.toString();
  };
  try {
    await use({
      ...{ folder, url, temporal: server.address },
      client: new TemporalClient({ connection }),
      query: (statement) => runQuery(postgres.url, statement),
    });
  } finally {
    await connection.close();
    await server.stop();
    await postgres.stop();
    if (process.env['MOVEOUT_BENCH_KEEP'] === undefined)
      await rm(folder, { recursive: true, force: true });
  }
}

async function runQuery(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
