import { startPostgres } from '../../../local/postgres';

/**
 * Gives a test file a PostgreSQL of its own, for projects whose refs other files use as well: runs of
 * one ref on one server exclude each other. Before the file's first database; gives what ends the server.
 */
export async function useOwnServer(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  // jest gives each file its own copy of the environment.
  process.env['MOVEOUT_TEST_POSTGRES_URL'] = server.url;
  return () => server.stop();
}
