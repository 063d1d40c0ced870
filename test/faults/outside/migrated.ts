import { actualRows, expectedRows } from '../../support/harness/expected-rows';
import { STUDIO, type Lane } from '../ground/lane';
import { sessionAt } from '../ground/sessions';
import { atServer } from './at-server';

/** Lists what shows that a project did not arrive whole in a target; empty if it did. */
export async function arrivalProblems(
  lane: Lane,
  projectRef: string,
  database: string,
): Promise<readonly string[]> {
  const expected = await atServer(lane.source.server.url(), () => expectedRows(STUDIO, projectRef));
  const actual = await atServer(lane.target.server.url(), () => actualRows(database));
  const tables = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const wrong = tables.filter((table) => expected[table]?.md5 !== actual[table]?.md5);
  const marker = await markerIn(lane.target.server.url(database));
  return [
    ...wrong.map((table) => `rows of ${table} differ`),
    ...(marker === `${projectRef} completed` ? [] : [`the marker says "${marker}"`]),
  ];
}

async function markerIn(url: string): Promise<string> {
  return sessionAt(url, async (client) => {
    const there = await client.query(`SELECT WHERE to_regclass('moveout.migration') IS NOT NULL`);
    if (there.rowCount === 0) return 'nothing';
    const { rows } = await client.query<{ marker: string }>(
      `SELECT project_ref || ' ' || state AS marker FROM moveout.migration`,
    );
    return rows.map((row) => row.marker).join();
  });
}
