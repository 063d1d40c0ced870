import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isOpenTo, openTemporaryFolder } from './reach.mjs';

// Speed over durability: a test's database need not survive a crash of the machine. It does survive
// a crash of the server, because the kernel keeps what was written.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  max_wal_size: '4GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
};

/**
 * A folder with `data/` and `password` in it, initialised unless it is already. Without `dataDir` a
 * new one is made in the folder that MOVEOUT_TEST_CLUSTERS names, else in the temporary folder.
 */
export function prepareCluster({ account, native, dataDir, settings }) {
  const home = dataDir ?? mkdtempSync(path.join(folderOfClusters(account), 'moveout-postgres-'));
  mkdirSync(path.dirname(home), { recursive: true });
  if (!existsSync(home)) mkdirSync(home, { mode: 0o700 });
  giveTo(account, home);
  if (!isOpenTo(account, home)) {
    throw new Error(`${home} lies in a folder closed to the user that PostgreSQL runs as`);
  }
  const data = path.join(home, 'data');
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialise({ account, native, home, data });
  writeSettings(path.join(data, 'moveout.conf'), { ...SETTINGS, ...settings }, account);
  const password = readFileSync(path.join(home, 'password'), 'utf8').trim();
  return { home, data, password, isTemporary: dataDir === undefined };
}

/** Starts the server on `port`; its standard error is a pipe. */
export function spawnServer({ account, native, data, port }) {
  return spawn(path.join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port)], {
    ...account,
    cwd: data,
    env: environment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The minor release of the binaries, as PostgreSQL writes it: `15.18`. */
export function releaseOf(native) {
  const said = execFileSync(path.join(native, 'bin', 'postgres'), ['-V'], { encoding: 'utf8' });
  const release = /\(PostgreSQL\) (\S+)/.exec(said)?.[1];
  if (release !== undefined) return release;
  throw new Error(`postgres -V does not name its release: ${said.trim()}`);
}

/** Removes a cluster that was made in the temporary folder; keeps any other. */
export function removeCluster({ home, isTemporary }) {
  if (isTemporary) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

function folderOfClusters(account) {
  const named = process.env.MOVEOUT_TEST_CLUSTERS;
  return openTemporaryFolder(account, named ? [named] : []);
}

function initialise({ account, native, home, data }) {
  const passwordFile = path.join(home, 'password');
  writeFileSync(passwordFile, `${randomBytes(18).toString('hex')}\n`, { mode: 0o600 });
  giveTo(account, passwordFile);
  const args = ['--pgdata', data, '--username', 'postgres', '--pwfile', passwordFile];
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8';
  args.push('--auth=scram-sha-256', '--encoding=UTF8', `--locale=${locale}`, '--no-sync');
  const options = { ...account, cwd: home, env: environment(), encoding: 'utf8' };
  const done = spawnSync(path.join(native, 'bin', 'initdb'), args, options);
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr.trim()}`);
  appendFileSync(path.join(data, 'postgresql.conf'), "\ninclude 'moveout.conf'\n");
}

function writeSettings(file, settings, account) {
  const quoted = (value) => `'${String(value).replaceAll("'", "''")}'`;
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  writeFileSync(file, lines.join(''));
  giveTo(account, file);
}

function giveTo(account, place) {
  if (account === undefined) return;
  chownSync(place, account.uid, account.gid);
}

function environment() {
  const { PATH, LD_LIBRARY_PATH, TMPDIR } = process.env;
  return {
    PATH,
    LC_ALL: 'C',
    ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }),
    ...(TMPDIR && { TMPDIR }),
  };
}
