import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execute, query } from '../support/harness/databases';
import type { Authority, Identity } from './certificates';

/** Who may come in: the last word on everybody else stays the server's own. */
const RULES = (role: string): string => `
hostnossl all ${role} all reject
hostssl all ${role} all cert
`;

/**
 * Makes the test server speak TLS with the identity given, and let the role in only over TLS and only
 * with a certificate of the authority that bears the role's name.
 */
export async function secure(
  server: Identity,
  { authority, role }: { readonly authority: Authority; readonly role: string },
): Promise<void> {
  const [found] = await query<{ data: string; hba: string }>(
    'postgres',
    `SELECT current_setting('data_directory') AS data, current_setting('hba_file') AS hba`,
  );
  if (found === undefined) throw new Error('the server does not say where it is');
  const { uid, gid } = await stat(found.data);
  const put = async (name: string, text: string): Promise<void> => {
    const file = path.join(found.data, name);
    await writeFile(file, text, { mode: 0o600 });
    if (process.geteuid?.() !== uid) await chown(file, uid, gid);
  };
  await put('server.crt', server.cert);
  await put('server.key', server.key);
  await put('root.crt', authority.cert);
  await execute('postgres', `CREATE ROLE ${role} SUPERUSER LOGIN`);
  await firstRules(found.hba, RULES(role));
  await execute('postgres', `ALTER SYSTEM SET ssl_ca_file = 'root.crt'`);
  await execute('postgres', 'ALTER SYSTEM SET ssl = on');
  await execute('postgres', 'SELECT pg_reload_conf()');
}

/** The first rule that fits decides, so these stand before all others. */
async function firstRules(file: string, rules: string): Promise<void> {
  await writeFile(file, `${rules}\n${await readFile(file, 'utf8')}`);
}
