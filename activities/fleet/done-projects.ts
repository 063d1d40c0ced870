import { ApplicationFailure } from '@temporalio/common';
import { listDatabases } from '../postgres/catalog/marks';
import type { Connections } from '../postgres/connections';
import { readMark } from '../postgres/fence';
import { serverPlace } from '../postgres/maintenance';
import { fewAtOnce } from './few-at-once';
import type { Settled } from './settle-projects';

/** Databases that are looked into at the same time. */
const LOOKS = 6;

/** A database that is gone by now, or closed to moveout: what is wrong there, its own migration says. */
const UNSEEN: readonly (string | null | undefined)[] = ['NotFound', 'AccessDenied'];

/**
 * Finds the refs of the projects that are migrated: whose database carries their own completed mark. A
 * database that is not there is not looked into; of the others a few are at a time.
 */
export async function findDone(
  connections: Connections,
  projects: readonly Settled[],
): Promise<ReadonlySet<string>> {
  const there = await databasesOf(connections, projects);
  const candidates = projects.filter(
    ({ target, database }) => there.get(target)?.has(database) === true,
  );
  const marked = await fewAtOnce(candidates, LOOKS, (project) => isDone(connections, project));
  return new Set(candidates.filter((_, i) => marked[i]).map(({ ref }) => ref));
}

async function databasesOf(
  connections: Connections,
  projects: readonly Settled[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const there = new Map<string, ReadonlySet<string>>();
  for (const target of new Set(projects.map((project) => project.target)))
    there.set(target, new Set(await connections.with(serverPlace(target), listDatabases)));
  return there;
}

async function isDone(
  connections: Connections,
  { ref, target, database }: Settled,
): Promise<boolean> {
  try {
    const place = { connection: target, database, access: 'read' } as const;
    const mark = await connections.with(place, (client) => readMark(client));
    return mark?.state === 'completed' && mark.projectRef === ref;
  } catch (error) {
    if (error instanceof ApplicationFailure && UNSEEN.includes(error.type)) return false;
    throw error;
  }
}
