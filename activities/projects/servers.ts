import type { Project } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import { failure } from '../runtime/failure';
import type { Connections } from '../postgres/session/connections';
import { ApplicationFailure } from '@temporalio/common';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { readIdentity } from '../postgres/catalog/databases';

/** The names of a project's connections, as far as request or configuration name them. */
export interface NamedServers {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/** The connections of one project. */
export interface Servers {
  readonly source: string;
  readonly target: string;
}

/**
 * One project's own servers: what the request names, else what the project is configured with, else the
 * configured ones. Refuses a connection that this worker cannot use, before any server is spoken to.
 */
export function serversFor(
  connections: Connections,
  settings: Settings,
  named: { readonly requested: NamedServers; readonly known?: NamedServers | undefined },
): Servers {
  const { requested, known } = named;
  const source = requested.source ?? known?.source ?? settings.source;
  const target = requested.target ?? known?.target ?? settings.target;
  const faults = [
    ...faultOf(connections, 'source', source),
    ...(target === source ? [] : faultOf(connections, 'target', target)),
  ];
  if (faults.length > 0) throw failure('ConfigInvalid', faults.join('; '));
  return { source, target };
}

function faultOf(connections: Connections, field: string, name: string): readonly string[] {
  const fault = connections.faultOf(name);
  return fault === undefined ? [] : [`"${field}": ${fault}`];
}

/** The refs that are configured for one source, by whatever connection; `undefined` if none are configured at all. */
export function refsAtSource(
  connections: Connections,
  { settings, source }: { readonly settings: Settings; readonly source: string },
  configured: readonly Project[] | undefined,
): readonly string[] | undefined {
  return configured
    ?.filter((other) => connections.areSame(other.source ?? settings.source, source, 'database'))
    .map((other) => other.ref);
}

/** The connections of all sources, or of all target servers, that the configuration knows; each once. */
export function configuredServers(
  connections: Connections,
  { settings, which }: { readonly settings: Settings; readonly which: 'source' | 'target' },
  configured: readonly Project[] | undefined,
): readonly string[] {
  const level = which === 'source' ? 'database' : 'server';
  const names = [settings[which], ...(configured ?? []).map((one) => one[which])];
  const found: string[] = [];
  for (const name of names) {
    if (name === undefined || found.some((one) => connections.areSame(one, name, level))) continue;
    found.push(name);
  }
  return found;
}

/** Failures that mean: there is no such server or database now, so it cannot be the target either. */
const GONE: ReadonlySet<string> = new Set(['ServerUnavailable', 'NotFound', 'ConfigInvalid']);

/** The identities of the named sources, as far as they answer. */
export async function reachableSources(
  connections: Connections,
  names: readonly string[],
): Promise<readonly DatabaseIdentity[]> {
  const found = await Promise.all(
    names.map((connection) =>
      ifThere(() =>
        connections.with({ connection, access: 'read' }, (client) =>
          readIdentity(client, connection),
        ),
      ),
    ),
  );
  return found.filter((identity) => identity !== undefined);
}

/** What `use` gives; `undefined` if the server or database that it needs is not there now. */
export async function ifThere<T>(use: () => Promise<T>): Promise<T | undefined> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof ApplicationFailure && GONE.has(error.type ?? '')) return undefined;
    throw error;
  }
}
