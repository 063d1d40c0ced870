import type { KeptPostgres } from '../ground/kept-postgres';
import { rowsAt } from '../ground/sessions';
import { imageOf } from '../../support/harness/image';
import { atServer } from './at-server';

/** How much of a line is shown. */
const SHOWN = 300;

/** A database as text lines, catalog and rows; `undefined` where there is none. */
export async function imageIfThere(
  server: KeptPostgres,
  database: string,
): Promise<readonly string[] | undefined> {
  const found = await rowsAt(server.url(), 'SELECT FROM pg_database WHERE datname = $1', [
    database,
  ]);
  if (found.length === 0) return undefined;
  const lines = await atServer(server.url(), () => imageOf(database));
  return lines.map(withoutOwnersOwn).sort();
}

/** All privileges of a table's owner alone mean the same as no list of grants at all. */
function withoutOwnersOwn(line: string): string {
  return line.replace(/ (\w+)=arwdDxt\/\1(?= |$)/g, ' ');
}

/** Says in a line how two images differ; `undefined` where they are equal. */
export function imageDifference(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): string | undefined {
  if (before === undefined || after === undefined) {
    if (before === after) return undefined;
    return before === undefined ? 'there is a database now' : 'the database is gone';
  }
  const lost = before.filter((line) => !after.includes(line));
  const gained = after.filter((line) => !before.includes(line));
  if (lost.length + gained.length === 0 && before.length === after.length) return undefined;
  const shown = [...lost.slice(0, 1), ...gained.slice(0, 1)].map((line) => line.slice(0, SHOWN));
  return `${lost.length} lines lost, ${gained.length} new: ${shown.join(' | ')}`;
}
