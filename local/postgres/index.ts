export { RELEASES, startPostgres } from './start-postgres';
export type { Postgres, PostgresRelease } from './start-postgres';
