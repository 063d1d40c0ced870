import { existsSync } from 'node:fs';
import path from 'node:path';

/** The names of releases from Debian's packages: `debian-15` is the newest minor release of 15 that is installed. */
const DEBIAN = /^debian-(\d+)$/;

/**
 * The folder with `bin` of Debian's package of PostgreSQL that a release such as `debian-15` names;
 * undefined for any other release. Nothing is installed here: `npm run debian-postgres` does that.
 */
export function debianHome(release) {
  const major = DEBIAN.exec(release)?.[1];
  if (major === undefined) return undefined;
  const home = path.join('/usr/lib/postgresql', major);
  if (existsSync(path.join(home, 'bin', 'postgres'))) return home;
  throw new Error(
    `Debian's package postgresql-${major} is not installed: run npm run debian-postgres as root`,
  );
}
