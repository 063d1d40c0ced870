/** Which process of PostgreSQL it is, and of which database if it serves one. */
export interface PostgresProcess {
  readonly name: string;
  readonly database?: string;
}

export const BACKEND = 'PostgreSQL backend';

const OWN = /^postgres: (?:checkpointer|background writer|walwriter|logger|archiver|startup)/;
const PARALLEL = /^postgres: parallel worker for PID (\d+)/;
const VACUUM = /^postgres: autovacuum worker (\S*)/;
const CLIENT = /^postgres: (?!autovacuum|parallel|logical)\S+ (\S+) (?:\[local\]|\S+\(\d+\))/;

/**
 * Reads the title that a process of PostgreSQL gives itself, such as `postgres: postgres bench_source 127.0.0.1(4711)
 * COPY`. `databaseOf` tells the database of another process: a parallel worker names only its leader.
 */
export function readTitle(
  title: string,
  databaseOf: (pid: number) => string | undefined,
): PostgresProcess {
  const client = CLIENT.exec(title)?.[1];
  if (client !== undefined) return { name: BACKEND, database: client };
  const leader = PARALLEL.exec(title)?.[1];
  if (leader !== undefined) return inDatabase(BACKEND, databaseOf(Number(leader)));
  const vacuumed = VACUUM.exec(title)?.[1];
  if (vacuumed !== undefined) return inDatabase('PostgreSQL autovacuum', vacuumed);
  const own = OWN.exec(title)?.[0];
  return { name: own === undefined ? BACKEND : own.replace('postgres:', 'PostgreSQL') };
}

function inDatabase(name: string, database: string | undefined): PostgresProcess {
  return database === undefined || database === '' ? { name } : { name, database };
}
