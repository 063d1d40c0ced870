import type { BenchMover } from './mover';
import type { PeerName } from './names';
import { pgDumpCustom } from './pg-dump-custom';
import { pgDumpDirectory } from './pg-dump-directory';
import { pgcopydb } from './pgcopydb';
import { versionOfPeer } from './peer-program';

/** A peer that was asked for and is not here, and how Debian installs it. */
export interface MissingPeer {
  readonly mover: PeerName;
  readonly install: string;
}

const PEER_PROGRAMS = {
  pgcopydb: { program: 'pgcopydb', install: 'apt-get install pgcopydb', make: pgcopydb },
  'pg_dump-directory': {
    ...{ program: 'pg_dump', install: 'apt-get install postgresql-client' },
    make: pgDumpDirectory,
  },
  'pg_dump-custom': {
    ...{ program: 'pg_dump', install: 'apt-get install postgresql-client' },
    make: pgDumpCustom,
  },
} as const;

/** Which of the peers can be run here, in the order asked for. */
export async function installedPeers(
  names: readonly PeerName[],
): Promise<{ readonly peers: readonly BenchMover[]; readonly missing: readonly MissingPeer[] }> {
  const peers: BenchMover[] = [];
  const missing: MissingPeer[] = [];
  for (const mover of names) {
    const { program, install, make } = PEER_PROGRAMS[mover];
    const version = await versionOfPeer(program);
    if (version === undefined) missing.push({ mover, install });
    else peers.push(make(version));
  }
  return { peers, missing };
}
