import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Damage, DamagedBackup } from './damage';

/** Damage to the file of one table. */
function ofTable(
  what: string,
  table: string,
  damage: (path: string, backup: DamagedBackup) => Promise<unknown>,
): Damage {
  return {
    what,
    to: (backup) => damage(join(backup.folder, `${table}.${backup.format}`), backup),
    names: (format) => `${table}.${format}`,
  };
}

/** Damage to a file that every backup has. */
function ofFile(what: string, file: string, damage: (path: string) => Promise<unknown>): Damage {
  return { what, to: ({ folder }) => damage(join(folder, file)), names: () => file };
}

/** Damage to the files beside the manifest. */
export const FILE_DAMAGES: readonly Damage[] = [
  ofTable('a bit in the middle of a file', 'auth_users', (path) => flipBit(path, 0.5)),
  ofTable('a bit in the first byte of a file', 'storage_buckets', (path) => flipBit(path, 0)),
  ofTable('a bit in the last byte of a file', 'auth_identities', (path) => flipBit(path, 1)),
  ofTable('a file cut in half', 'storage_objects', async (path) =>
    truncate(path, Math.floor((await stat(path)).size / 2)),
  ),
  ofTable('a file without its last byte', 'auth_refresh_tokens', async (path) =>
    truncate(path, (await stat(path)).size - 1),
  ),
  ofTable('a byte too many', 'auth_sessions', (path) => appendFile(path, '\n')),
  ofTable('an empty file', 'auth_mfa_factors', (path) => writeFile(path, '')),
  ofTable('a deleted file', 'storage_migrations', (path) => rm(path)),
  ofTable('a folder instead of a file', 'auth_flow_state', async (path) => {
    await rm(path);
    await mkdir(path);
  }),
  ofTable('two files that exchanged their names', 'auth_saml_providers', async (path, backup) => {
    const other = join(backup.folder, `auth_sso_domains.${backup.format}`);
    await rename(path, `${path}.kept`);
    await rename(other, path);
    await rename(`${path}.kept`, other);
  }),
  ofTable("another project's file", 'auth_one_time_tokens', (path, backup) =>
    copyFile(join(backup.other, `auth_one_time_tokens.${backup.format}`), path),
  ),
  ofTable('line ends of the other kind', 'auth_audit_log_entries', async (path) => {
    const text = await readFile(path, 'latin1');
    await writeFile(path, `${text.replaceAll('\n', '\r\n')}\r\n`, 'latin1');
  }),
  ofFile('a statement too many in the schema', 'schema.sql', (path) =>
    appendFile(path, 'GRANT SELECT ON auth.users TO anon;\n'),
  ),
  ofFile('a policy widened in the schema', 'statements.json', (path) =>
    edit(path, (text) => text.replace('owner_id = ', 'owner_id <> ')),
  ),
  ofFile('a recorded schema that says something else', 'schema.json', (path) =>
    edit(path, (text) => text.replace('"rowSecurity":"true"', '"rowSecurity":"false"')),
  ),
];

async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  const place = Math.floor((bytes.length - 1) * at);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  await writeFile(path, bytes);
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (change(text) === text) throw new Error(`the edit of ${path} hit nothing`);
  await writeFile(path, change(text));
}
