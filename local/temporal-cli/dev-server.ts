import { mkdirSync } from 'node:fs';
import path from 'node:path';
import getPort from 'get-port';
import { deleteOwnerFile, freeDatabase, noteServer } from './database-owner';
import { awaitReady } from './readiness';
import { runProgram } from './run-program';
import { spawnWatched } from './watched-process';
import type { WatchedProcess } from './watched-process';
import { KnownError } from '../../workflows/domain/known-error';

/**
 * How to start a Temporal server. `cli` is the executable, `dbFilename` the file its state lives in
 * (absent: in memory only), `logFile` is appended to. Ports that are not given are picked free.
 */
export interface DevServerOptions {
  readonly cli: string;
  readonly dbFilename?: string;
  readonly ip: '127.0.0.1';
  readonly port?: number;
  readonly uiPort?: number;
  readonly namespace: 'default';
  readonly logFile: string;
}

/** A running Temporal server: `address` is `host:port`, `pid` the server's own process. */
export interface DevServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Ends the server and resolves once its process is gone. May be called again. */
  stop(): Promise<void>;
}

// By default start-dev forgets closed runs after a day, and with them that a workflow id was used.
const RETENTION = '720h';
const READY_WITHIN_MS = 60_000;
const ATTEMPTS_AT_FREE_PORTS = 3;

/**
 * Starts a Temporal server with its Web UI and resolves once both answer and closed runs are kept
 * for 30 days. With `dbFilename` it continues from the state in that file, also after everything was
 * killed; a server that a dead process left on that file is ended first, one of a living process
 * makes this reject. The server ends when this process does. Rejects with the server's last log
 * lines when it does not come up within a minute.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  if (options.dbFilename !== undefined) {
    mkdirSync(path.dirname(options.dbFilename), { recursive: true, mode: 0o700 });
    await freeDatabase(options.dbFilename);
  }
  const isPortGiven = options.port !== undefined || options.uiPort !== undefined;
  const attempts = isPortGiven ? 1 : ATTEMPTS_AT_FREE_PORTS;
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryStart(options);
    if (!(started instanceof PortTaken)) return started;
    if (attempt >= attempts) throw started;
  }
}

class PortTaken extends Error {}

async function tryStart(options: DevServerOptions): Promise<DevServer | PortTaken> {
  const port = options.port ?? (await getPort({ host: options.ip }));
  const uiPort = options.uiPort ?? (await getPort({ host: options.ip }));
  const server = await spawnWatched({
    file: options.cli,
    args: argumentsFor(options, port, uiPort),
    logFile: options.logFile,
  });
  if (options.dbFilename !== undefined) noteServer(options.dbFilename, server.pid);
  const stop = () => end(server, options.dbFilename);
  const address = `${options.ip}:${String(port)}`;
  const uiUrl = `http://${options.ip}:${String(uiPort)}`;
  const { namespace } = options;
  try {
    await awaitReady({ server, address, uiUrl, namespace, limitMs: READY_WITHIN_MS });
    await keepClosedRuns(options, address);
    return { address, uiUrl, pid: server.pid, stop };
  } catch (error) {
    await stop();
    return portTakenOrThrow(error, server, options.logFile);
  }
}

function argumentsFor(options: DevServerOptions, port: number, uiPort: number): readonly string[] {
  const state = options.dbFilename === undefined ? [] : ['--db-filename', options.dbFilename];
  return [
    ...['server', 'start-dev', '--ip', options.ip, '--port', String(port)],
    ...['--ui-port', String(uiPort), '--ui-disable-news-fetch'],
    ...['--namespace', options.namespace, '--log-level', 'warn', ...state],
  ];
}

async function keepClosedRuns(
  { cli, namespace }: DevServerOptions,
  address: string,
): Promise<void> {
  const namespaceUpdate = ['operator', 'namespace', 'update', '--namespace', namespace];
  const args = [...namespaceUpdate, '--retention', RETENTION, '--address', address];
  await runProgram({ file: cli, args, limitMs: 15_000 });
}

async function end(server: WatchedProcess, dbFilename: string | undefined): Promise<void> {
  await server.end();
  if (dbFilename !== undefined) deleteOwnerFile(dbFilename);
}

function portTakenOrThrow(error: unknown, server: WatchedProcess, logFile: string): PortTaken {
  const reason = error instanceof Error ? error.message : String(error);
  const logged = server.lastLines();
  const message = `the Temporal server did not start: ${reason}. It logged (${logFile}):\n${logged}`;
  if (/address already in use|port is already/i.test(logged)) return new PortTaken(message);
  throw new KnownError('ServerUnavailable', message, { cause: error });
}
