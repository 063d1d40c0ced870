import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../temporal-cli';

/**
 * What a server can be of: the major versions are the releases that npm has, fetched if they are
 * missing; `debian-15` is the newest minor release of 15 in Debian, which `npm run debian-postgres` installs.
 */
export const RELEASES = ['14', '15', 'debian-15', '16', '17', '18'] as const;

export type PostgresRelease = (typeof RELEASES)[number];

/**
 * How to start a server: of the release that `version` names, else the environment variable MOVEOUT_TEST_POSTGRES
 * (so that whole suites and the demo run on `debian-15`), else 15; on a free port unless `port` is given; with its
 * files in `dataDir`, which is kept and can be started on again, else in a new folder that is removed at the end.
 * MOVEOUT_TEST_CLUSTERS names where new folders are made. `settings` are PostgreSQL's own, by name.
 */
export interface PostgresOptions {
  readonly version?: PostgresRelease;
  readonly port?: number;
  readonly dataDir?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A running PostgreSQL that listens on 127.0.0.1 only. `url` is the superuser's, with its random
 * password, to the database `postgres`; `pid` is the server's main process; `release` its minor release, such as 15.18.
 */
export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly release: string;
  /** Ends the server and resolves once it and its folder are gone. May be called again. */
  stop(): Promise<void>;
}

const Started = z.object({
  url: z.string(),
  port: z.number(),
  pid: z.number(),
  release: z.string(),
});
const Failed = z.object({ error: z.string() });

/**
 * Starts a PostgreSQL, as root too (then by the account `postgres` or `nobody`). The server ends when this
 * process does, however it ends. Rejects with the server's own words when it cannot start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const version = options.version ?? defaultRelease();
  const program = path.join(packageRoot(), 'local', 'postgres', 'server.mjs');
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send({ ...options, version });
  const started = await answerOf(child);
  child.unref();
  child.channel?.unref();
  return { ...started, stop: () => stop(child) };
}

function defaultRelease(): PostgresRelease {
  const named = process.env['MOVEOUT_TEST_POSTGRES'] ?? '15';
  const release = RELEASES.find((known) => known === named);
  if (release !== undefined) return release;
  throw new Error(`MOVEOUT_TEST_POSTGRES is "${named}", but must be one of ${RELEASES.join(', ')}`);
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
