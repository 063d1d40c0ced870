import { ApplicationFailure } from '@temporalio/common';
import type { Origin } from '../../workflows/domain/origin';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { readIdentity, sameDatabase } from '../postgres/catalog/databases';
import { listDatabases } from '../postgres/lease/recorded-markers';
import type { Connections } from '../postgres/session/connections';
import { readMarker } from '../postgres/lease';
import { serverRef } from '../postgres/database';
import { mapConcurrently } from './concurrency';
import type { Settled } from './resolve';

/** Databases that are looked into concurrently. */
const LOOKS = 6;

/** A database that is gone by now, or closed to moveout: what is wrong there, its own migration says. */
const UNSEEN: readonly (string | null | undefined)[] = [
  ...['NotFound', 'AccessDenied', 'Refused', 'NewerVersion'],
];

/**
 * Finds, by ref, where the rows of those projects come from that are migrated: whose database carries their
 * own completed marker, from the very source that they have now. A database that is not there is not looked
 * into; of the others a few are at a time.
 */
export async function findDone(
  connections: Connections,
  projects: readonly Settled[],
): Promise<ReadonlyMap<string, Origin>> {
  const there = await databasesOf(connections, projects);
  const candidates = projects.filter(
    ({ target, database }) => there.get(target)?.has(database) === true,
  );
  const origins = await mapConcurrently(candidates, LOOKS, (project) =>
    originOf(connections, project),
  );
  const sources = await sourcesOf(
    connections,
    candidates.filter((_, i) => origins[i] !== undefined),
  );
  const done = new Map<string, Origin>();
  candidates.forEach(({ ref, source }, i) => {
    const origin = origins[i];
    const now = sources.get(source);
    if (origin !== undefined && now !== undefined && sameDatabase(origin.source, now))
      done.set(ref, origin);
  });
  return done;
}

async function sourcesOf(
  connections: Connections,
  projects: readonly Settled[],
): Promise<ReadonlyMap<string, DatabaseIdentity>> {
  const found = new Map<string, DatabaseIdentity>();
  for (const connection of new Set(projects.map(({ source }) => source))) {
    const identity = await connections.with({ connection, access: 'read' }, (client) =>
      readIdentity(client, connection),
    );
    found.set(connection, identity);
  }
  return found;
}

async function databasesOf(
  connections: Connections,
  projects: readonly Settled[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const there = new Map<string, ReadonlySet<string>>();
  for (const target of new Set(projects.map((project) => project.target)))
    there.set(target, new Set(await connections.with(serverRef(target), listDatabases)));
  return there;
}

/** Where the rows come from; `undefined` without a completed marker of the project's own. */
async function originOf(
  connections: Connections,
  { ref, target, database }: Settled,
): Promise<Origin | undefined> {
  try {
    const databaseRef = { connection: target, database, access: 'read' } as const;
    const marker = await connections.with(databaseRef, (client) => readMarker(client));
    if (marker?.state !== 'completed' || marker.projectRef !== ref) return undefined;
    const { source, snapshotAt } = marker;
    return { source, snapshotAt };
  } catch (error) {
    if (error instanceof ApplicationFailure && UNSEEN.includes(error.type)) return undefined;
    throw error;
  }
}
