import { lstatSync, readdirSync, chmodSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Tells whether `account` (undefined: this process's own) can reach and read `file`: every folder
 * above it must be open to it, as `/root` usually is not.
 */
export function isOpenTo(account, file) {
  if (account === undefined) return true;
  if (!may(account, file, 0o4)) return false;
  for (let folder = path.dirname(realpathSync(file)); ; folder = path.dirname(folder)) {
    if (!may(account, folder, 0o1)) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** The first of `preferred` and the temporary folders that `account` can reach. Throws when there is none. */
export function openTemporaryFolder(account, preferred = []) {
  const found = [...preferred, tmpdir(), '/tmp', '/var/tmp'].find(
    (folder) => isFolder(folder) && isOpenTo(account, folder),
  );
  if (found !== undefined) return found;
  throw new Error(`no temporary folder is open to the user that PostgreSQL runs as: ${tmpdir()}`);
}

/** Makes everything below `folder` readable, and what is executable executable, for everybody. */
export function openForReading(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) openForReading(place);
    if (entry.isFile()) chmodSync(place, (lstatSync(place).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

/** Tells whether `folder` is a real folder that nobody but this process's user and root can change. */
export function isOwn(folder) {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid() && (stat.mode & 0o022) === 0;
}

function may(account, place, permission) {
  const { mode, uid, gid } = statSync(place);
  if (uid === account.uid) return (mode & (permission << 6)) !== 0;
  if (gid === account.gid) return (mode & (permission << 3)) !== 0;
  return (mode & permission) !== 0;
}

function isFolder(place) {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
