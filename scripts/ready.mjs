// Makes a checkout ready to run: dependencies installed, sources built. It is the pre-script of the
// package's commands, so it says nothing when there is nothing to do, and everything it does say
// goes to stderr: stdout belongs to the command that follows.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './ready/build.mjs';
import { install, isInstalled } from './ready/install.mjs';
import { withLock } from './ready/lock.mjs';
import { NotReady } from './ready/not-ready.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const installOnly = process.argv.includes('--install-only');

// Nobody is left who could be told.
process.stderr.on('error', () => undefined);

const say = (line) => process.stderr.write(`moveout: ${line}\n`);

function isReady() {
  return isInstalled(root) && (installOnly || isBuilt(root));
}

function checkNode() {
  const wanted = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).engines.node;
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.replace('>=', '').split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new NotReady(
    `Node.js ${wanted} is needed, this is ${process.version} (${process.execPath})`,
  );
}

async function makeReady() {
  checkNode();
  if (isReady()) return;
  await withLock(path.join(root, '.cache', 'ready.lock'), say, () => {
    if (!isInstalled(root)) install(root, say);
    if (!installOnly && !isBuilt(root)) build(root, say);
  });
}

try {
  await makeReady();
} catch (error) {
  say(error instanceof NotReady ? error.message : String(error?.stack ?? error));
  // The statuses below belong to the commands that follow: 1 would mean that a database was restored.
  process.exitCode = 70;
}
