/** A session in one database; only `activities/postgres` opens one. */
export type { Client } from 'pg';
