import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { KeptPostgres } from '../ground/kept-postgres';
import type { Lane } from '../ground/lane';
import { sessionAt } from '../ground/sessions';

/** What a server holds apart from the contents of its databases, by kind, and must hold afterwards. */
const STANDING: Readonly<Record<string, string>> = {
  database: `SELECT datname::text FROM pg_database`,
  role: `SELECT rolname::text || ' ' || rolsuper || rolcanlogin FROM pg_roles`,
  'replication slot': `SELECT slot_name::text FROM pg_replication_slots`,
  'prepared transaction': `SELECT gid FROM pg_prepared_xacts`,
  session: `SELECT application_name || ' in ' || coalesce(datname::text, '') FROM pg_stat_activity
             WHERE starts_with(application_name, 'moveout ')`,
  'advisory lock': `SELECT objid::text FROM pg_locks WHERE locktype = 'advisory'`,
  'temporary file': `SELECT name FROM pg_ls_tmpdir()`,
};

/** Everything that stands on a server, as lines. */
export async function standingOn(server: KeptPostgres): Promise<readonly string[]> {
  return sessionAt(server.url(), async (client) => {
    const lines: string[] = [];
    for (const [kind, sql] of Object.entries(STANDING)) {
      const { rows } = await client.query<{ what: string }>(
        `SELECT what FROM (${sql}) AS s (what)`,
      );
      lines.push(...rows.map(({ what }) => `${kind} ${what}`).sort());
    }
    return lines;
  });
}

const WHOLE = /^backup_[a-z0-9_-]+_[0-9]+(?:_target)?$/;

/** Lists that are too long for Temporal: a plan leaves them for its operator. */
const LIST = /^[A-Za-z]+_[0-9a-f-]+\.json$/;

/** What lies in the backup folder and is no whole backup, no list of a plan, nor the id of its host. */
export function strayFiles({ backups }: Lane): readonly string[] {
  return readdirSync(backups, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'host') return [];
    if (entry.name === 'reports')
      return readdirSync(path.join(backups, entry.name)).flatMap((name) =>
        LIST.test(name) ? [] : [`file reports/${name}`],
      );
    if (!entry.isDirectory() || !WHOLE.test(entry.name)) return [`file ${entry.name}`];
    const files = readdirSync(path.join(backups, entry.name));
    const whole = files.includes('metadata.json') ? [] : [`file ${entry.name} without manifest`];
    const odd = files.filter((file) => /\.(tmp|partial)$/.test(file));
    return [...whole, ...odd.map((file) => `file ${entry.name}/${file}`)];
  });
}

/** What is there now and was not, and what was and is not any more. */
export function changes(before: readonly string[], now: readonly string[]): readonly string[] {
  return [
    ...now.filter((line) => !before.includes(line)).map((line) => `left over: ${line}`),
    ...before.filter((line) => !now.includes(line)).map((line) => `gone: ${line}`),
  ];
}
