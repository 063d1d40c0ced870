// The same as local/process-identity.ts, for what runs before anything is built.
import { readFileSync } from 'node:fs';

/** Names a process: its id and, on Linux, when it started. A process id alone is used again. */
export function processIdentity(pid = process.pid) {
  const started = statOf(pid)?.started;
  return started === undefined ? String(pid) : `${pid}-${started}`;
}

/** Whether the process that an identity names still runs. */
export function isProcessAlive(identity) {
  const [pid, started] = identity.split('-');
  if (!isPidUsed(Number(pid))) return false;
  const now = statOf(Number(pid));
  if (now === undefined) return true;
  return now.state !== 'Z' && (started === undefined || now.started === started);
}

function statOf(pid) {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets, and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return undefined;
  }
}

function isPidUsed(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
