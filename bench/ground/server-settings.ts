import { totalmem } from 'node:os';

/** The library that counts what each statement costs; Debian has it, and so has the npm package. */
export const COUNTING_LIBRARY = 'pg_stat_statements';

const MEGABYTE = 1024 * 1024;
const MOST_BUFFERS_MB = 2_048;

/**
 * How the servers of the bench are set, the same for every mover: a server with room for its rows, as one that
 * holds big projects has. `changed` is what the flags say.
 */
export function serverSettings(
  changed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const quarter = Math.floor(totalmem() / 4 / MEGABYTE);
  return {
    shared_buffers: `${Math.min(MOST_BUFFERS_MB, quarter)}MB`,
    max_wal_size: '8GB',
    shared_preload_libraries: COUNTING_LIBRARY,
    'pg_stat_statements.max': '10000',
    'pg_stat_statements.track_planning': 'on',
    ...changed,
  };
}
