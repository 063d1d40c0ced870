import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Client } from 'pg';
import { runBatch } from './session/batch';
import { currentSettingSql, isCustom, settingSql, type DatabaseSetting } from './schema';

const VALUES = 'moveout_settings';

/**
 * Gives the database its settings, or roles theirs in every database, in the caller's transaction. Values of custom settings may be secrets, and
 * statements and their parameters are written into logs and views: so these values come by COPY into a
 * temporary table, from there into the session, and from there into the catalog.
 */
export async function applySettings(
  client: Client,
  database: string | undefined,
  settings: readonly DatabaseSetting[],
): Promise<void> {
  const secret = await hidden(client, settings);
  const open = settings.filter((setting) => !secret.includes(setting));
  await runBatch(
    client,
    open.map((setting) => settingSql(database, setting)),
  );
  if (secret.length === 0) return;
  await client.query(
    `CREATE TEMP TABLE ${VALUES} (position int, name text, value text) ON COMMIT DROP`,
  );
  const lines = secret.map(({ name, value }, i) => copyLine([String(i), name, value]));
  const sink = client.query(copyFrom(`COPY pg_temp.${VALUES} FROM STDIN`));
  await pipeline(Readable.from(lines), sink);
  await runBatch(
    client,
    secret.flatMap((setting, i) => [
      `SELECT pg_catalog.set_config(name, value, true) IS NULL FROM pg_temp.${VALUES} WHERE position = ${String(i)}`,
      currentSettingSql(database, setting),
    ]),
  );
}

/** Custom settings that no library of the session has defined: a defined one is shown in another form than it was set in. */
async function hidden(
  client: Client,
  settings: readonly DatabaseSetting[],
): Promise<readonly DatabaseSetting[]> {
  const custom = settings.filter(({ name }) => isCustom(name));
  if (custom.length === 0) return [];
  const result = await client.query<{ name: string }>(
    'SELECT lower(name) AS name FROM pg_settings WHERE lower(name) = ANY ($1)',
    [custom.map(({ name }) => name.toLowerCase())],
  );
  const defined = new Set(result.rows.map(({ name }) => name));
  return custom.filter(({ name }) => !defined.has(name.toLowerCase()));
}

/** One line as COPY reads it in its text format. */
function copyLine(values: readonly string[]): string {
  const escaped = values.map((value) =>
    value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t'),
  );
  return `${escaped.join('\t')}\n`;
}
