import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether pg_dump and pg_restore are on the PATH. */
export async function hasPeer(): Promise<boolean> {
  const found = await Promise.allSettled([
    run('pg_dump', ['--version']),
    run('pg_restore', ['--version']),
  ]);
  return found.every((result) => result.status === 'fulfilled');
}

/** Copies the auth and storage schemas of one database into another by `pg_dump -Fc` and `pg_restore`. */
export async function dumpAndRestore(from: string, to: string, file: string): Promise<void> {
  await run(
    'pg_dump',
    ['-Fc', '-n', 'auth', '-n', 'storage', '-f', file, ...place(from)],
    environment(from),
  );
  await run('pg_restore', [...place(to), file], environment(to));
}

function place(url: string): readonly string[] {
  const { hostname, port, username, pathname } = new URL(url);
  return ['-h', hostname, '-p', port, '-U', username, '-d', pathname.slice(1)];
}

/** The password goes by the environment: arguments can be read by everybody on the machine. */
function environment(url: string): { readonly env: NodeJS.ProcessEnv } {
  return { env: { ...process.env, PGPASSWORD: decodeURIComponent(new URL(url).password) } };
}
