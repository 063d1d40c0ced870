import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { NotReady } from './not-ready.mjs';

// Flags beat whatever the user's npm configuration or environment says; `--include=dev` is needed
// where NODE_ENV is `production`.
const FLAGS = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--no-dry-run',
];
const QUIET = ['--loglevel=error', '--no-progress', '--no-update-notifier'];
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/**
 * Tells whether node_modules holds what package-lock.json asks for, by npm's own record of what it
 * installed (written last, so an interrupted installation has none). Packages for other platforms
 * may be absent.
 */
export function isInstalled(root) {
  const installed = packages(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = packages(path.join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(([place, entry]) => {
    const found = installed[place];
    if (place === '' || (found === undefined && entry.optional === true)) return true;
    return found?.version === entry.version && found?.integrity === entry.integrity;
  });
}

/** Installs exactly what package-lock.json names. */
export function install(root, say) {
  say('installing dependencies (npm ci)');
  const [command, ...first] = npm();
  const done = spawnSync(command, [...first, ...FLAGS, ...QUIET], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.error)
    throw new NotReady(`cannot run npm (${done.error.message}); install Node.js with npm`);
  if (done.status !== 0) throw new NotReady(explain(`${done.stdout}${done.stderr}`));
  if (!isInstalled(root)) {
    throw new NotReady('npm ci ended well, but node_modules still differs from package-lock.json');
  }
}

// npm names itself to its scripts; the npm on PATH may be another one, or none.
function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

function explain(output) {
  const cause = NO_NETWORK.test(output)
    ? 'the npm registry could not be reached. Needed once: network access to an npm registry (see `npm config get registry`), or a node_modules folder filled by `npm ci` elsewhere'
    : 'npm ci failed';
  return `dependencies could not be installed: ${cause}. npm said:\n${output.trim()}`;
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
