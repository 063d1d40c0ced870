// Installs Debian's newest PostgreSQL 15, whose minor releases come months before those on npm, for
// tests that start it as the release `debian-15`. Needs Debian and, where something is to be installed,
// root. Prints the version that is there; says why and exits 1 where it cannot be installed.
import { spawnSync } from 'node:child_process';

const PACKAGE = 'postgresql-15';
const INSTALL = `apt-get update && apt-get install --yes ${PACKAGE}`;

try {
  const version = makeNewest();
  process.stdout.write(`${PACKAGE} ${version} is the newest that this system's archive has\n`);
} catch (error) {
  process.stderr.write(`debian-postgres: ${error.message}\n`);
  process.exitCode = 1;
}

function makeNewest() {
  const isRoot = process.getuid() === 0;
  if (isRoot) run('apt-get', ['update', '-qq']);
  const before = policy();
  if (before.installed === before.candidate) return before.installed;
  if (!isRoot) {
    const found = before.installed === undefined ? 'is not installed' : `is ${before.installed}`;
    throw new Error(
      `${PACKAGE} ${found}, the newest is ${before.candidate}: run as root ${INSTALL}`,
    );
  }
  run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', PACKAGE]);
  const { installed, candidate } = policy();
  if (installed === candidate) return installed;
  throw new Error(`apt-get installed ${PACKAGE} ${installed}, but the newest is ${candidate}`);
}

function policy() {
  const said = run('apt-cache', ['policy', PACKAGE]);
  const [installed, candidate] = ['Installed', 'Candidate'].map((label) => {
    const version = new RegExp(`^\\s*${label}: (\\S+)$`, 'm').exec(said)?.[1];
    return version === '(none)' ? undefined : version;
  });
  if (candidate !== undefined) return { installed, candidate };
  throw new Error(
    `this system's package archive has no ${PACKAGE}: run ${INSTALL} as root on Debian 12`,
  );
}

function run(program, args) {
  const done = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.error?.code === 'ENOENT') {
    throw new Error(`${program} is missing: Debian's PostgreSQL can be installed on Debian only`);
  }
  if (done.error) throw done.error;
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(' ')} failed:\n${done.stderr.trim()}`);
}
