import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../../local/postgres';
import { onlooking } from './landing';
import { until } from '../support/until';

/** A folder with a cluster in it that no server runs on, and how to run one. */
export interface Cluster {
  readonly url: string;
  readonly data: string;
  readonly bin: string;
  readonly port: number;
  readonly remove: () => void;
}

/** Makes a cluster with a table `t` in it. */
export async function makeCluster(): Promise<Cluster> {
  const home = mkdtempSync(path.join(tmpdir(), 'moveout-errors-'));
  chmodSync(home, 0o755);
  const server = await startPostgres({ dataDir: path.join(home, 'cluster') });
  const bin = await onlooking(server.url, async (client) => {
    await client.query('CREATE TABLE public.t (id int)');
    await client.query('CREATE DATABASE other');
    const { rows } = await client.query<{ bin: string }>(
      `SELECT setting AS bin FROM pg_config WHERE name = 'BINDIR'`,
    );
    return rows[0]?.bin ?? '';
  });
  await server.stop();
  const data = path.join(home, 'cluster', 'data');
  const remove = (): void => {
    rmSync(home, { recursive: true, force: true });
  };
  return { url: server.url, port: server.port, data, bin, remove };
}

/** Runs `use` while the cluster runs as a standby that nobody feeds; `hot` ones answer reads. */
export async function asStandby<T>(
  { data, bin, port, url }: Cluster,
  hot: boolean,
  use: () => Promise<T>,
): Promise<T> {
  const { uid, gid } = statSync(data);
  const signal = path.join(data, 'standby.signal');
  writeFileSync(signal, '');
  chownSync(signal, uid, gid);
  appendFileSync(path.join(data, 'moveout.conf'), `hot_standby = ${hot ? 'on' : 'off'}\n`);
  const args = ['-D', data, '-p', String(port)];
  const server = spawn(path.join(bin, 'postgres'), args, { uid, gid, cwd: data, stdio: 'ignore' });
  try {
    await until('the standby answers', () => answers(url, hot));
    return await use();
  } finally {
    server.kill('SIGQUIT');
    await once(server, 'exit');
  }
}

/** Tells whether a server lets sessions in, or says clearly that it does not. */
async function answers(url: string, hot: boolean): Promise<boolean> {
  return onlooking(url, () => Promise.resolve(true)).catch(
    (error: unknown) => !hot && JSON.stringify(error).includes('57P03'),
  );
}
