import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { findTemporalCli, startDevServer } from '../local/temporal-cli';
import { startPostgres } from '../local/postgres';
import { createWorker } from '../worker/create-worker';
import type { Report } from '../workflows/domain/report';
import { plainSettings } from '../test/support/harness/plain-settings';

/** Real servers for one measurement, and the way to move a project on them. */
export interface Stage {
  /** URL of a database of the server. */
  readonly url: (database: string) => string;
  readonly query: (statement: string) => Promise<void>;
  readonly migrate: (move: BenchMove) => Promise<Report>;
  readonly folder: string;
}

/** One move: which project of which source into which database, backed up in which format. */
export interface BenchMove {
  readonly projectRef: string;
  readonly source: string;
  readonly database: string;
  readonly format: 'json' | 'copy';
}

/** Runs `use` on a PostgreSQL and a Temporal server that are ended afterwards. */
export async function onStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'moveout-bench-'));
  const cli = await findTemporalCli((line) => process.stderr.write(`${line}\n`));
  const postgres = await startPostgres();
  const logFile = path.join(folder, 'temporal.log');
  const temporal = await startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile });
  const url = (database: string): string => {
    const changed = new URL(postgres.url);
    changed.pathname = `/${database}`;
    return changed.toString();
  };
  try {
    await use({
      url,
      folder,
      query: (statement) => runQuery(url('postgres'), statement),
      migrate: (move) =>
        migrate({ address: temporal.address, url: url(move.source), folder }, move),
    });
  } finally {
    await temporal.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runQuery(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

interface StageServers {
  readonly address: string;
  readonly url: string;
  readonly folder: string;
}

async function migrate(servers: StageServers, move: BenchMove): Promise<Report> {
  const connection = await NativeConnection.connect({ address: servers.address });
  const taskQueue = `bench-${move.database}`;
  const settings = plainSettings({
    source: 'bench',
    target: 'bench',
    backup: { directory: path.join(servers.folder, 'backups'), format: move.format },
  });
  const configuration = { settings, resolveUrl: () => servers.url };
  const worker = await createWorker({ connection, namespace: 'default', taskQueue, configuration });
  try {
    return await worker.runUntil(() => execute(servers.address, taskQueue, move));
  } finally {
    await connection.close();
  }
}

async function execute(address: string, taskQueue: string, move: BenchMove): Promise<Report> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    return await client.workflow.execute<(input: unknown) => Promise<Report>>('migrateProject', {
      taskQueue,
      workflowId: `bench/${move.database}`,
      args: [{ projectRef: move.projectRef, databaseName: move.database, ownerUserId: 'bench' }],
    });
  } finally {
    await connection.close();
  }
}
