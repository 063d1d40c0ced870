import { readdirSync, readFileSync } from 'node:fs';

const EVERY_MS = 40;

/** Where a canary was seen in the list of processes. */
export interface Sighting {
  readonly pid: number;
  readonly place: 'cmdline' | 'environ';
  /** What the process is called, cut short. */
  readonly program: string;
}

/** Looks at all processes of the machine again and again; needs Linux, for its /proc. */
export interface ProcessWatch {
  /** What was seen so far, each process and place once. */
  sightings(): readonly Sighting[];
  /** How many processes it has looked at. */
  seen(): number;
  stop(): void;
}

/**
 * Watches for canaries in arguments and environments. A child between fork and exec still has its
 * parent's, so only what is seen twice in a row counts.
 */
export function watchProcesses(canaries: readonly string[]): ProcessWatch {
  const found = new Map<string, Sighting>();
  const pids = new Set<number>();
  let before = new Set<string>();
  const look = (): void => {
    const now = new Set<string>();
    for (const pid of processes()) {
      pids.add(pid);
      for (const sighting of sightingsOf(pid, canaries)) {
        const key = `${sighting.pid} ${sighting.place}`;
        now.add(key);
        if (before.has(key)) found.set(key, sighting);
      }
    }
    before = now;
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    sightings: () => [...found.values()],
    seen: () => pids.size,
    stop: () => clearInterval(timer),
  };
}

function processes(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

function sightingsOf(pid: number, canaries: readonly string[]): readonly Sighting[] {
  const program = contentOf(pid, 'cmdline').replaceAll('\0', ' ').slice(0, 80);
  return (['cmdline', 'environ'] as const)
    .filter((place) => {
      const content = contentOf(pid, place);
      return canaries.some((canary) => content.includes(canary));
    })
    .map((place) => ({ pid, place, program }));
}

/** Empty if the process has gone, or is another user's. */
function contentOf(pid: number, place: Sighting['place']): string {
  try {
    return readFileSync(`/proc/${pid}/${place}`, 'latin1');
  } catch {
    return '';
  }
}
