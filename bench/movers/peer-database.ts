import { PROJECT_SCHEMAS } from '../../workflows/domain/names';

/** The flags of pg_dump that choose the two schemas. */
export const BOTH_SCHEMAS = PROJECT_SCHEMAS.flatMap((schema) => ['-n', schema]);

/** How the programs of PostgreSQL are told a database. The password goes by the environment: everybody can read arguments. */
export function libpqEnvironment(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
}
