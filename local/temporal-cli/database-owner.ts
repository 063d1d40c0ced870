import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isProcessAlive, processIdentity } from '../process-identity';
import { KnownError } from '../../workflows/domain/known-error';

const noteOf = (dbFilename: string): string => `${dbFilename}.server`;

/**
 * Makes sure that no server runs on the state file any more. One whose owner died is ended; one
 * whose owner lives is left alone and makes this reject, because two servers would destroy the file.
 */
export async function freeDatabase(dbFilename: string): Promise<void> {
  const note = readNote(dbFilename);
  if (note === undefined || !runsOn(note.server, dbFilename)) return;
  if (note.owner !== processIdentity() && isProcessAlive(note.owner)) {
    const [pid = ''] = note.owner.split('-');
    throw new KnownError(
      'ServerUnavailable',
      `the Temporal server of process ${pid} is using ${dbFilename}; let that process end first`,
    );
  }
  await endServer(note.server, dbFilename);
}

/** Notes that `server`, a process id, runs on the state file on behalf of this process. */
export function noteServer(dbFilename: string, server: number): void {
  writeFileSync(noteOf(dbFilename), `${String(server)} ${processIdentity()}\n`, { mode: 0o600 });
}

/** Takes the note back, after the server has ended. */
export function deleteOwnerFile(dbFilename: string): void {
  rmSync(noteOf(dbFilename), { force: true });
}

interface Note {
  readonly server: number;
  /** The owner's identity. */
  readonly owner: string;
}

function readNote(dbFilename: string): Note | undefined {
  if (!existsSync(noteOf(dbFilename))) return undefined;
  const [, server, owner] =
    /^(\d+) ([\d-]+)\n$/.exec(readFileSync(noteOf(dbFilename), 'utf8')) ?? [];
  if (server === undefined || owner === undefined) return undefined;
  return { server: Number(server), owner };
}

async function endServer(server: number, dbFilename: string): Promise<void> {
  process.kill(server, 'SIGTERM');
  const deadline = Date.now() + 10_000;
  while (runsOn(server, dbFilename)) {
    if (Date.now() > deadline) process.kill(server, 'SIGKILL');
    await wait(50);
  }
}

// Process ids are used again: only a process that was started with this very file is the server.
function runsOn(pid: number, dbFilename: string): boolean {
  return isProcessAlive(String(pid)) && commandOf(pid).includes(dbFilename);
}

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // It has just ended, or belongs to another: not the server that is looked for.
    return '';
  }
}
