import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../../local/postgres';
import { packageRoot } from '../../local/temporal-cli';
import { until, within } from '../support/until';
import { endOf, isAlive, spawnScript } from './processes';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0] && Object.values(rows[0])[0];
  } finally {
    await client.end();
  }
}

/** The process id of a server, once its file says that it takes sessions. */
function listenerOf(postmaster: string): number | undefined {
  const lines = existsSync(postmaster) ? readFileSync(postmaster, 'utf8').split('\n') : [];
  return lines[7]?.trim() === 'ready' ? Number(lines[0]) : undefined;
}

describe('startPostgres', () => {
  it('removes its folder when it stops, and may be stopped twice', async () => {
    const server = await startPostgres({ settings: { max_connections: '33' } });
    expect(await ask(server.url, 'show max_connections')).toBe('33');
    const data = String(await ask(server.url, 'show data_directory'));
    await server.stop();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(path.dirname(data))).toBe(false);
  });

  it('keeps its files in the folder that MOVEOUT_TEST_CLUSTERS names', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'moveout-clusters-'));
    await chmod(folder, 0o755);
    const script = `
      process.env.MOVEOUT_TEST_CLUSTERS = process.argv[1];
      const { readdirSync } = require('node:fs');
      require('./dist/local/postgres').startPostgres().then((server) => {
        const made = readdirSync(process.argv[1]);
        return server.stop().then(() => console.log(made));
      });
    `;
    const { line } = await spawnScript(script, folder);
    expect(line).toMatch(/^\[ 'moveout-postgres-\w+' \]$/);
    await rm(folder, { recursive: true });
  });

  it('starts again on a folder that was given, with the same password and rows', async () => {
    const dataDir = await mkdtemp('/tmp/moveout-postgres-test-');
    const first = await startPostgres({ dataDir });
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await startPostgres({ dataDir, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select answer from kept')).toBe(42);
    await second.stop();
    await rm(dataDir, { recursive: true });
  });

  it('ends with the process that started it, even one killed by -9', async () => {
    const owner = await spawnScript(`
      require('./dist/local/postgres').startPostgres()
        .then(({ pid }) => console.log(pid)).then(() => setInterval(() => {}, 1000));
    `);
    process.kill(owner.pid, 'SIGKILL');
    await expect(endOf(Number(owner.line))).resolves.toBe('gone');
  });

  it('ends with the process that started it, also before the server is ready', async () => {
    const dataDir = await mkdtemp('/tmp/moveout-postgres-test-');
    const child = fork(path.join(packageRoot(), 'local', 'postgres', 'server.mjs'));
    // What the server logs goes to a file then, so that it is never heard to be ready.
    child.send({ version: '15', dataDir, settings: { logging_collector: 'on' } });
    const postmaster = path.join(dataDir, 'data', 'postmaster.pid');
    const pid = await until('a server that listens', () => listenerOf(postmaster));
    try {
      child.disconnect();
      await within('the end of its keeper', once(child, 'exit'), 20_000);
      expect(isAlive(pid)).toBe(false);
    } finally {
      child.kill('SIGKILL');
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    await rm(dataDir, { recursive: true });
  });

  it('says which minor release it is', async () => {
    const server = await startPostgres();
    try {
      const minor = await ask(server.url, 'show server_version');
      expect(String(minor).split(' ')[0]).toBe(server.release);
    } finally {
      await server.stop();
    }
  });

  it('refuses a release that it does not know', async () => {
    process.env['MOVEOUT_TEST_POSTGRES'] = '15.20';
    try {
      await expect(startPostgres()).rejects.toThrow(/"15.20".*debian-15/);
    } finally {
      delete process.env['MOVEOUT_TEST_POSTGRES'];
    }
  });

  it('says why when the server cannot start', async () => {
    const starting = startPostgres({ settings: { no_such_setting: '1' } });
    await expect(starting).rejects.toThrow(/no_such_setting/);
  });
});
