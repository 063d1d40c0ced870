import { lstat, stat, mkdir } from 'node:fs/promises';
import { failure } from '../runtime/failure';
import { dirname } from 'node:path';
import { types } from 'node:util';

const OTHERS = 0o077;

/**
 * Makes sure that a folder of backups is closed to everyone but the user of this process: mode 0700,
 * this user's, and, if it is reached through a symbolic link, by a link that no one else but root
 * can have put there. Otherwise rejects with a `BackupUnavailable` that names the command that helps.
 * If the system knows no owners, nothing is checked.
 */
export async function assertClosed(path: string): Promise<void> {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const [itself, folder] = await Promise.all([lstat(path), stat(path)]);
  if (!folder.isDirectory())
    throw refusal(`${path} cannot be used for backups: it is not a folder`);
  if (itself.isSymbolicLink() && itself.uid !== user && itself.uid !== 0) {
    throw refusal(
      `${path} is a symbolic link of another user (uid ${itself.uid}); name the folder itself`,
    );
  }
  if (folder.uid !== user) {
    throw refusal(
      `${path} belongs to another user (uid ${folder.uid}); it must be of the user that moveout runs as: chown ${user} ${quoted(path)}`,
    );
  }
  if ((folder.mode & OTHERS) !== 0) {
    const mode = (folder.mode & 0o777).toString(8).padStart(4, '0');
    throw refusal(
      `${path} is open to other users (mode ${mode}); it must have mode 0700: chmod 700 ${quoted(path)}`,
    );
  }
}

function refusal(message: string): Error {
  return failure('BackupUnavailable', message);
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Makes a folder and those above it, mode 0700, and says which it made. Not by Node's own recursive
 * mkdir: where a file system refuses with ENOENT, as /proc does, that one never returns.
 */
export async function makeFolder(path: string, made: string[] = []): Promise<void> {
  const code = await tryMkdir(path);
  if (code === 'EEXIST') return;
  if (code === 'ENOENT') {
    await makeFolder(dirname(path), made);
    const again = await tryMkdir(path);
    if (again === 'EEXIST') return;
    if (again === 'ENOENT') await mkdir(path, { mode: 0o700 });
  }
  made.push(path);
}

async function tryMkdir(path: string): Promise<string> {
  try {
    await mkdir(path, { mode: 0o700 });
    return 'made';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOENT') return code;
    throw error;
  }
}

/** The system's name of an error; empty if it has none. */
export function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : '';
}
