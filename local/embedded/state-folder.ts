import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KnownError } from '../../workflows/domain/known-error';

/** Socket names are cut by the system beyond about a hundred bytes (`sun_path`). */
const LONGEST_SOCKET = 100;

/** Where a local Temporal server keeps what it knows, and where those who share it find each other. */
export interface StateFolder {
  readonly folder: string;
  readonly database: string;
  readonly serverLog: string;
  readonly workerLog: string;
  /** Ports of the last server, so that the next one has the same addresses. */
  readonly ports: string;
  readonly lock: string;
  readonly socket: string;
}

/** The state folder: `MOVEOUT_STATE_DIR`, else `./.moveout`. */
export function stateFolder(environment: Readonly<NodeJS.ProcessEnv>): StateFolder {
  const chosen = environment['MOVEOUT_STATE_DIR'];
  return stateFolderAt(path.resolve(chosen === undefined || chosen === '' ? '.moveout' : chosen));
}

/** The places in a state folder. */
export function stateFolderAt(folder: string): StateFolder {
  const inside = (name: string): string => path.join(folder, name);
  return {
    folder,
    database: inside('temporal.db'),
    serverLog: inside('temporal.log'),
    workerLog: inside('worker.log'),
    ports: inside('ports.json'),
    lock: inside('lock'),
    socket: socketOf(folder),
  };
}

/** Makes the folder, closed to others. Throws one message when that cannot be. */
export function openStateFolder({ folder }: StateFolder): void {
  try {
    makeFolder(folder);
    chmodSync(folder, 0o700);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new KnownError(
      'ConfigInvalid',
      `the state folder ${folder} cannot be used (${code}): set MOVEOUT_STATE_DIR to a folder of yours`,
      { cause: error },
    );
  }
}

/** Not by Node's own recursive mkdir: where a file system refuses with ENOENT, as /proc does, it never returns. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function socketOf(folder: string): string {
  const usual = path.join(folder, 'keeper.sock');
  if (Buffer.byteLength(usual) <= LONGEST_SOCKET) return usual;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  return path.join(tmpdir(), `moveout-${name}.sock`);
}
