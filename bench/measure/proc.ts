import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the CPU time that it shows in hundredths of a second, on every machine that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** What Linux says of a process or a thread. Times are in seconds. */
export interface ProcessStat {
  /** The program's own short name. */
  readonly command: string;
  /** Changes if the number of the process is given to another one. */
  readonly startedAt: string;
  readonly cpu: number;
  /** Of its children that have ended and were waited for, with all of theirs. */
  readonly cpuOfChildren: number;
}

/** Memory in megabytes. */
export interface ProcessMemory {
  readonly now: number;
  /** The most since it began, as the kernel recorded it. */
  readonly peak: number;
  /** Without what it shares with others, such as the buffers of PostgreSQL. */
  readonly own: number;
}

/** Undefined if the process has ended, or the system has no `/proc`. */
export function statOf(pid: number): ProcessStat | undefined {
  return parsedStat(textOf(`/proc/${pid}/stat`));
}

/** Undefined if the process has ended. */
export function memoryOf(pid: number): ProcessMemory | undefined {
  const status = textOf(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM'), own: megabytes('RssAnon') };
}

/** The process's children, their children, and so on. */
export function descendantsOf(pid: number): readonly number[] {
  const children = (textOf(`/proc/${pid}/task/${pid}/children`) ?? '')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What a process shows as its command line; PostgreSQL writes there what it does. */
export function titleOf(pid: number): string {
  return (textOf(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** CPU seconds of a process by the name of its threads. */
export function cpuOfThreads(pid: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const thread of listed(`/proc/${pid}/task`)) {
    const stat = parsedStat(textOf(`/proc/${pid}/task/${thread}/stat`));
    if (stat !== undefined) found.set(stat.command, (found.get(stat.command) ?? 0) + stat.cpu);
  }
  return found;
}

/** The name stands in brackets and may itself hold brackets and spaces. */
function parsedStat(text: string | undefined): ProcessStat | undefined {
  if (text === undefined) return undefined;
  const [, command = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? [];
  const fields = rest.split(' ');
  const seconds = (at: number): number => Number(fields[at] ?? 0) / TICKS_PER_SECOND;
  return {
    command,
    startedAt: fields[19] ?? '',
    cpu: seconds(11) + seconds(12),
    cpuOfChildren: seconds(13) + seconds(14),
  };
}

/** A process may end at any moment: what cannot be read is not there any more. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
