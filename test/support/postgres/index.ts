export { startPostgres } from './start-postgres';
export type { Postgres } from './start-postgres';
