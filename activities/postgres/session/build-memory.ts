import type { Client } from 'pg';

/** More than this does not make an index sooner. */
const MOST = '1GB';

/**
 * Gives the caller's transaction memory to build indexes in: its share, among as many builders, of a quarter of what
 * the server has for its buffers, and never less than what is set. The rest of the memory is the server's own and that of
 * other projects, whose steps may build at the same time.
 */
export async function useBuildMemory(client: Client, builders: number): Promise<void> {
  await client.query(
    `SELECT set_config('maintenance_work_mem', greatest(
       pg_size_bytes(current_setting('maintenance_work_mem')),
       least(pg_size_bytes(current_setting('shared_buffers')) / (4 * $1::int8), pg_size_bytes('${MOST}'))
     ) / 1024 || 'kB', true)`,
    [builders],
  );
}
