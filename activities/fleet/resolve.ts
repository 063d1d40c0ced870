import { ApplicationFailure } from '@temporalio/common';
import type { FailureCode } from '../../workflows/domain/failure';
import type { Project } from '../../workflows/domain/request';
import { failure } from '../runtime/failure';
import { readIdentity } from '../postgres/catalog/databases';
import type { Connections } from '../postgres/session/connections';
import { serverRef } from '../postgres/database';
import type { Resources } from '../runtime/resources';

/** A project with the connections that it comes from and goes to. */
export interface Settled extends Project {
  readonly source: string;
  readonly target: string;
}

/** At most this many problems of one kind are named. */
const NAMED = 5;

/**
 * Resolves the connections of projects. Refuses with `code` if one is not configured, or if two projects have the same
 * ref, or the same database on one target server, by whatever connections. One message names everything that is wrong.
 */
export async function resolveProjects(
  { settings }: Pick<Resources, 'settings'>,
  connections: Connections,
  { projects, code }: { readonly projects: readonly Project[]; readonly code: FailureCode },
): Promise<readonly Settled[]> {
  const resolved = projects.map((project) => ({
    ...project,
    source: project.source ?? settings.source,
    target: project.target ?? settings.target,
  }));
  const unknown = connectionProblems(resolved, connections);
  const wrong = [...unknown, ...named('have the ref', resolved, ({ ref }) => ref)];
  if (unknown.length > 0) throw failure(code, wrong.join('; '));
  const servers = await serversOf(resolved, connections);
  const place = ({ database, target }: Settled): string =>
    `${database}" on the server of connection "${servers.get(target) ?? target}`;
  wrong.push(...named('go to the database', resolved, place));
  if (wrong.length > 0) throw failure(code, wrong.join('; '));
  return resolved;
}

function connectionProblems(
  projects: readonly Settled[],
  connections: Connections,
): readonly string[] {
  const names = [...new Set(projects.flatMap(({ source, target }) => [source, target]))];
  return names.flatMap((name) => {
    const wrong = problemOf(name, connections);
    if (wrong === undefined) return [];
    const users = projects.filter(({ source, target }) => source === name || target === name);
    return [`${wrong} (named by project "${users[0]?.ref ?? ''}"${andMore(users.length - 1)})`];
  });
}

function problemOf(connection: string, connections: Connections): string | undefined {
  try {
    connections.databaseOf(connection);
    return undefined;
  } catch (error) {
    // Only the configuration of the worker knows the names; its messages hold no secret.
    if (error instanceof ApplicationFailure || error instanceof Error) return error.message;
    throw error;
  }
}

/** The first connection that leads to each target's server: several may lead to one. */
async function serversOf(
  projects: readonly Settled[],
  connections: Connections,
): Promise<ReadonlyMap<string, string>> {
  const servers = new Map<string, string>();
  const identifiers = new Map<string, string>();
  for (const target of new Set(projects.map((project) => project.target))) {
    const { systemIdentifier } = await connections.with(serverRef(target), (client) =>
      readIdentity(client, target),
    );
    const same = [...identifiers].find(([, other]) => other === systemIdentifier);
    servers.set(target, same?.[0] ?? target);
    identifiers.set(target, systemIdentifier);
  }
  return servers;
}

/** What two or more projects share although each needs its own. */
function named(
  words: string,
  projects: readonly Settled[],
  keyOf: (project: Settled) => string,
): readonly string[] {
  const groups = new Map<string, Settled[]>();
  for (const project of projects) {
    const key = keyOf(project);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [project]);
    else group.push(project);
  }
  const twice = [...groups].filter(([, group]) => group.length > 1);
  const counts = twice.slice(0, NAMED).map(([key, group]) => {
    const refs = group.slice(0, NAMED).map(({ ref }) => `"${ref}"`);
    return `${group.length} projects (${refs.join(', ')}) ${words} "${key}"`;
  });
  return twice.length > NAMED ? [...counts, `${twice.length - NAMED} more of the kind`] : counts;
}

function andMore(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}
