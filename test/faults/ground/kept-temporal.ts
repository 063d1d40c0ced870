import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli, startDevServer, type DevServer } from '../../../local/temporal-cli';
import { keptPort } from './kept-port';

/** A Temporal server whose state and ports stay when it is killed and started again. */
export class KeptTemporal {
  readonly #options: Parameters<typeof startDevServer>[0];
  readonly #connection: Connection;
  readonly client: Client;
  #server: DevServer;

  private constructor(
    options: Parameters<typeof startDevServer>[0],
    server: DevServer,
    connection: Connection,
  ) {
    this.#options = options;
    this.#server = server;
    this.#connection = connection;
    this.client = new Client({ connection });
  }

  static async open(folder: string): Promise<KeptTemporal> {
    const cli = await findTemporalCli((line) => process.stderr.write(`${line}\n`));
    const options = {
      cli,
      dbFilename: path.join(folder, 'temporal.db'),
      logFile: path.join(folder, 'temporal.log'),
      ip: '127.0.0.1',
      namespace: 'default',
      port: await keptPort(),
      uiPort: await keptPort(),
    } as const;
    const server = await startDevServer(options);
    const connection = await Connection.connect({ address: server.address });
    return new KeptTemporal(options, server, connection);
  }

  /** `host:port` of the server. */
  get address(): string {
    return this.#server.address;
  }

  get port(): number {
    return portOf(`http://${this.address}`);
  }

  /** Kills the server (kill -9). */
  async crash(): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL');
    await this.#server.stop();
  }

  /** Starts the server again, on the same file and the same ports. */
  async start(): Promise<void> {
    this.#server = await startDevServer(this.#options);
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#server.stop();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
