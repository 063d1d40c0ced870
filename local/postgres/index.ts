export { RELEASES, startPostgres } from './start-postgres';
export type { Postgres, Release } from './start-postgres';
