import { types } from 'node:util';
import { COUNTING_LIBRARY } from '../ground/server-settings';
import { rowsAt, runStatements } from '../ground/statements-at';
import { addedUp, type FoundStatement, type StatementWatch } from './statement-watch';

/** What PostgreSQL says if the library is not installed or was not loaded at its start. */
const WITHOUT_LIBRARY = ['0A000', '58P01', '55000'];

/** Tells whether the server counts statements itself; prepares it if so. */
export async function canCount(maintenanceUrl: string): Promise<boolean> {
  const statements = [
    `CREATE EXTENSION IF NOT EXISTS ${COUNTING_LIBRARY}`,
    `SELECT FROM ${COUNTING_LIBRARY} LIMIT 1`,
  ];
  try {
    await runStatements(maintenanceUrl, statements);
    return true;
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? String(error.code) : '';
    if (WITHOUT_LIBRARY.includes(code)) return false;
    throw error;
  }
}

/** The server's own count, planning and execution together: exact. */
export async function countStatements(
  maintenanceUrl: string,
  groupOf: (database: string) => string,
): Promise<StatementWatch> {
  await runStatements(maintenanceUrl, [`SELECT ${COUNTING_LIBRARY}_reset()`]);
  return {
    stop: async () => {
      const found = await rowsAt<FoundStatement>(
        maintenanceUrl,
        `SELECT d.datname AS database, s.query AS statement, s.calls::float8 AS calls,
                (s.total_exec_time + s.total_plan_time) / 1000 AS seconds, s.rows::float8 AS rows
           FROM ${COUNTING_LIBRARY} AS s LEFT JOIN pg_database AS d ON d.oid = s.dbid
          WHERE s.calls > 0 AND s.query !~* '${COUNTING_LIBRARY}'`,
      );
      return addedUp(found, groupOf);
    },
  };
}
