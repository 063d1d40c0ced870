import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startDevServer, type DevServer } from '../../local/temporal-cli';
import { startScript, type Outcome } from '../client/script';
import { studioPlace, type Place } from '../client/studio-database';
import { given } from '../ground/given';
import { startWorker, type RealWorker } from './real-worker';
import { prepare, urlWith } from './studio-of-canaries';

type Variables = Readonly<Record<string, string>>;

/** A studio of canaries, a Temporal server on a file, and a worker process that knows the secret. */
export class Ground {
  readonly place: Place;
  readonly client: Client;
  readonly worker: RealWorker;
  /** The tables that hold a canary. */
  readonly tables: readonly string[];
  /** What the scripts said, by the name of the run. */
  readonly outcomes = new Map<string, Outcome>();
  /** The processes that have to know the secret: the worker, and scripts that are a worker as well. */
  readonly trusted = new Set<number>();
  readonly #server: DevServer;
  readonly #environment: Variables;

  private constructor(parts: {
    readonly place: Place;
    readonly client: Client;
    readonly worker: RealWorker;
    readonly tables: readonly string[];
    readonly server: DevServer;
    readonly environment: Variables;
  }) {
    this.place = parts.place;
    this.client = parts.client;
    this.worker = parts.worker;
    this.tables = parts.tables;
    this.#server = parts.server;
    this.#environment = parts.environment;
    this.trusted.add(parts.worker.pid);
  }

  /** Puts `secret` wherever a secret can stand, `row` into rows, and starts everything. */
  static async open(secret: string, row: string): Promise<Ground> {
    const place = await studioPlace(4);
    const tables = await prepare(place, { secret, row, held: place.target('raises') });
    const folder = path.join(place.folder, 'temporal');
    mkdirSync(folder);
    const server = await startDevServer({
      cli: given('MOVEOUT_TEST_TEMPORAL_CLI'),
      dbFilename: path.join(folder, 'temporal.db'),
      ip: '127.0.0.1',
      namespace: 'default',
      logFile: path.join(folder, 'server.log'),
    });
    const environment = {
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_API_KEY: secret,
      TEMPORAL_TLS: 'false',
      MOVEOUT_LOG_LEVEL: 'TRACE',
      MOVEOUT_STATE_DIR: path.join(place.folder, 'state'),
    };
    const env = { ...environment, MOVEOUT_SOURCE_URL: urlWith(place, secret) };
    const worker = startWorker({ cwd: place.folder, env });
    await worker.started;
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection });
    return new Ground({ place, client, worker, tables, server, environment });
  }

  folder(name: string): string {
    return path.join(this.place.folder, name);
  }

  /** Runs the script to its end and remembers what it said. */
  async run(
    name: string,
    args: readonly string[],
    env: Variables = this.#environment,
  ): Promise<void> {
    const { child, ended } = startScript([...args, '--json'], { cwd: this.place.folder, env });
    this.trusted.add(child.pid ?? NaN);
    this.outcomes.set(name, await ended);
  }

  /** A plan by a script with a worker of its own, which alone knows the URL. */
  async plan(name: string, more: readonly string[], env: Variables): Promise<void> {
    await this.run(name, ['--dry-run', ...this.moving('project-abc-x', 'unreached'), ...more], env);
  }

  /** What the scripts of a worker of their own see, on the same Temporal. */
  with(variables: Variables): Variables {
    return { ...this.#environment, ...variables };
  }

  project(ref: string, target: string): readonly string[] {
    return [`--project-ref=${ref}`, `--database=${this.place.target(target)}`];
  }

  moving(ref: string, target: string): readonly string[] {
    return [...this.project(ref, target), '--owner=user-123'];
  }

  /** The Temporal server's own metrics, for Prometheus. */
  async metrics(): Promise<string> {
    const log = await readFile(this.folder('temporal/server.log'), 'utf8');
    const [url = ''] = /http:\/\/\S+\/metrics/.exec(log) ?? [];
    return (await fetch(url)).text();
  }

  async close(): Promise<void> {
    await this.worker.stop();
    await this.client.connection.close();
    await this.#server.stop();
    await this.place.clear();
  }
}
