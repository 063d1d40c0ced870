import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NotReady } from './not-ready.mjs';

const FILES = [
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/bundle-workflows.mjs',
];
const stampOf = (root) => path.join(root, 'dist', '.built-from');

/** Tells whether dist/ was built, completely, from the sources as they are now. */
export function isBuilt(root) {
  const stamp = stampOf(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOfSources(root);
}

/**
 * Compiles the sources into dist/ and bundles the workflows. A compilation that fails leaves the
 * former dist/ as it was, but without its stamp if the sources differ, so nothing runs from it.
 */
export function build(root, say) {
  say('building');
  const hash = hashOfSources(root);
  const fresh = path.join(root, '.dist-building');
  rmSync(fresh, { recursive: true, force: true });
  try {
    run(root, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh]);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  replaceFolder(fresh, path.join(root, 'dist'));
  if (existsSync(path.join(root, 'dist', 'workflows', 'index.js'))) {
    run(root, ['scripts/bundle-workflows.mjs']);
  }
  writeFileSync(stampOf(root), hash);
}

function run(root, args) {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.error) throw done.error;
  if (done.status !== 0)
    throw new NotReady(`the build failed: see the messages above (${args[0]})`);
}

function replaceFolder(fresh, place) {
  const former = path.join(path.dirname(place), '.dist-former');
  rmSync(former, { recursive: true, force: true });
  if (existsSync(place)) renameSync(place, former);
  renameSync(fresh, place);
  rmSync(former, { recursive: true, force: true });
}

function hashOfSources(root) {
  const hash = createHash('sha256');
  for (const file of [...FILES, ...sources(root)]) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(`${file}\0`).update(readFileSync(full)).update('\0');
  }
  return hash.digest('hex');
}

function sources(root) {
  const folders = JSON.parse(readFileSync(path.join(root, 'tsconfig.build.json'), 'utf8')).include;
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => {
      const entries = readdirSync(path.join(root, folder), {
        recursive: true,
        withFileTypes: true,
      });
      return entries
        .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
        .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
        .sort();
    });
}
