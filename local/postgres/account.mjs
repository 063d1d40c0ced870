import { execFileSync } from 'node:child_process';

/**
 * The account that PostgreSQL, which refuses to run as root, has to run as: `{uid, gid}` of
 * `postgres` or else `nobody` where this process is root, otherwise `undefined`: this process's own.
 */
export function serverAccount() {
  if (process.getuid() !== 0) return undefined;
  const found = idsOf('postgres') ?? idsOf('nobody');
  if (found !== undefined) return found;
  throw new Error(
    'PostgreSQL does not run as root: this system needs a user `postgres` or `nobody`',
  );
}

function idsOf(name) {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(
        execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      ),
    );
    return uid === 0 ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}
