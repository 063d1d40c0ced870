import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../client/temporal-cli';

/**
 * How to start a server: of PostgreSQL 15 unless another major version is given, whose binaries are
 * fetched where they are missing; on a free port unless `port` is given; in a new folder that is removed at
 * the end unless `dataDir` is given, which is kept and can be started on again; `settings` are
 * PostgreSQL's own, by name.
 */
export interface PostgresOptions {
  readonly version?: '14' | '15' | '16' | '17' | '18';
  readonly port?: number;
  readonly dataDir?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A running PostgreSQL that listens on 127.0.0.1 only. `url` is the superuser's, with its random
 * password, to the database `postgres`; `pid` is the server's main process.
 */
export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server and resolves once it and its folder are gone. May be called again. */
  stop(): Promise<void>;
}

const Started = z.object({ url: z.string(), port: z.number(), pid: z.number() });
const Failed = z.object({ error: z.string() });

/**
 * Starts a PostgreSQL from the binaries that npm installed, as root too. The server ends when this
 * process does, however it ends. Rejects with the server's own words when it cannot start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const program = path.join(packageRoot(), 'test', 'support', 'postgres', 'server.mjs');
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(options);
  const started = await answerOf(child);
  child.unref();
  child.channel?.unref();
  return { ...started, stop: () => stop(child) };
}

async function answerOf(child: ChildProcess): Promise<z.infer<typeof Started>> {
  const answer: unknown = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error('the process that starts PostgreSQL ended without an answer'));
    });
  });
  const failed = Failed.safeParse(answer);
  if (failed.success) throw new Error(failed.data.error);
  return Started.parse(answer);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = once(child, 'exit');
  if (child.connected) child.send('stop');
  await exited;
}
