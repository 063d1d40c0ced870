import { readFileSync } from 'node:fs';
import { types } from 'node:util';

/**
 * Names a process: its id and, on Linux, when it started. A process id alone is used again, at the latest
 * after a restart of the machine or of a container.
 */
export function processIdentity(pid = process.pid): string {
  const started = statOf(pid)?.started;
  return started === undefined ? String(pid) : `${String(pid)}-${started}`;
}

/** Whether the process that an identity names still runs. One that has ended and that its parent does not ask about does not. */
export function isProcessAlive(identity: string): boolean {
  const [pid, started] = identity.split('-');
  if (!isPidUsed(Number(pid))) return false;
  const now = statOf(Number(pid));
  if (now === undefined) return true;
  return now.state !== 'Z' && (started === undefined || now.started === started);
}

/** A process in the words of Linux: its state, a letter, and its start, in clock ticks since the system's. */
interface Stat {
  readonly state: string | undefined;
  readonly started: string | undefined;
}

/** `undefined` where nobody tells. */
function statOf(pid: number): Stat | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The name of the program stands in brackets, and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    // There is no such process, or it is hidden: its id has to do.
    return undefined;
  }
}

function isPidUsed(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return types.isNativeError(error) && 'code' in error && error.code === 'EPERM';
  }
}
