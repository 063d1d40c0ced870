import { rmSync, symlinkSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { startPostgres, type Postgres } from '../../../local/postgres';
import { keptPort } from './kept-port';

/** A PostgreSQL server whose data and port stay when it is killed and started again. */
export class KeptPostgres {
  readonly #folder: string;
  readonly #port: number;
  #server: Postgres;

  private constructor(folder: string, server: Postgres) {
    this.#folder = folder;
    this.#port = server.port;
    this.#server = server;
  }

  /** Makes one in a new folder; the rows of its databases lie on `disk` where one is given. */
  static async open(folder: string, disk?: string): Promise<KeptPostgres> {
    const port = await keptPort();
    const server = await startPostgres({ dataDir: folder, port });
    const kept = new KeptPostgres(folder, server);
    if (disk === undefined) return kept;
    await server.stop();
    moveRows(path.join(folder, 'data', 'base'), path.join(disk, 'base'));
    await kept.start();
    return kept;
  }

  get port(): number {
    return this.#port;
  }

  /** The superuser's URL of a database, straight to the server. */
  url(database = 'postgres'): string {
    const url = new URL(this.#server.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** Ends the server as `pg_ctl stop -m immediate` does: no goodbye, and a recovery at the next start. */
  async crash(): Promise<void> {
    process.kill(this.#server.pid, 'SIGQUIT');
    await this.#server.stop();
  }

  /** Starts the server again after it was ended; the same port, the same data. */
  async start(): Promise<void> {
    this.#server = await startPostgres({ dataDir: this.#folder, port: this.#port });
  }

  /** Starts the server again where a fault that went wrong has left it down. */
  async revive(): Promise<void> {
    if (isAlive(this.#server.pid)) return;
    await this.start();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** PostgreSQL follows a link in the place of the folder `base`; the log of what it writes stays where it was. */
function moveRows(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], { stdio: 'pipe' });
  rmSync(from, { recursive: true });
  symlinkSync(to, from);
}
