import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { startDevServer, type DevServer } from '../temporal-cli';
import type { StateFolder } from './state-folder';

const portsSchema = z.object({ port: z.number(), uiPort: z.number() });

/** One Temporal server on the state folder's file, started again on the same ports when it dies. */
export class KeptServer {
  readonly #state: StateFolder;
  readonly #cli: string;
  /** The server that runs, or why none does. */
  started: Promise<DevServer>;

  constructor(state: StateFolder, cli: string) {
    this.#state = state;
    this.#cli = cli;
    this.started = this.#start();
    // Each script that asks for the server is told why it did not start.
    this.started.catch(() => undefined);
  }

  /** Starts the server again if its process is gone. */
  async revive(): Promise<void> {
    const server = await this.started;
    if (isAlive(server.pid)) return;
    await server.stop();
    this.started = this.#start();
    await this.started;
  }

  async stop(): Promise<void> {
    // A server that did not start has nothing to stop.
    const server = await this.started.catch(() => undefined);
    await server?.stop();
  }

  async #start(): Promise<DevServer> {
    const last = this.#lastPorts();
    // Another program may have the last ports by now; what else is wrong, the second start says too.
    const server =
      last === undefined
        ? await this.#startOn({})
        : await this.#startOn(last).catch(() => this.#startOn({}));
    const ports = { port: portOf(server.address), uiPort: portOf(server.uiUrl) };
    writeFileSync(this.#state.ports, JSON.stringify(ports), { mode: 0o600 });
    return server;
  }

  #startOn(ports: { readonly port?: number; readonly uiPort?: number }): Promise<DevServer> {
    const { database, serverLog } = this.#state;
    return startDevServer({
      cli: this.#cli,
      dbFilename: database,
      ip: '127.0.0.1',
      namespace: 'default',
      logFile: serverLog,
      ...ports,
    });
  }

  #lastPorts(): z.infer<typeof portsSchema> | undefined {
    try {
      return portsSchema.parse(JSON.parse(readFileSync(this.#state.ports, 'utf8')));
    } catch {
      // A first start has none; a note that cannot be read only costs the same ports.
      return undefined;
    }
  }
}

function portOf(place: string): number {
  return Number(/:(\d+)$/.exec(place)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // The server is of this process's own user: the only answer but "yes" is that there is none.
    return false;
  }
}
