import type { FleetProject } from '../../workflows/domain/fleet';
import type { Project } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import { refsAtSource } from '../plan/servers';
import type { Connections } from '../postgres/connections';
import { countRowsPerProject } from '../postgres/scope/census';
import type { Overlap } from '../postgres/scope/claims';
import { transaction } from '../postgres/transaction';
import type { Settled } from './settle-projects';

/** Projects with their rows, and whether these could be counted. */
export interface Sized {
  readonly projects: readonly FleetProject[];
  readonly isEstimated: boolean;
}

/**
 * Tells how much there is to move of each project, and what of it other projects claim too, source by
 * source, each in one snapshot.
 */
export async function sizeProjects(
  connections: Connections,
  settings: Settings,
  asked: {
    readonly projects: readonly Settled[];
    readonly configured: readonly Project[] | undefined;
  },
): Promise<Sized> {
  const { tenancy, scopes } = settings;
  const rows = new Map<string, number>();
  const shared = new Map<string, Overlap>();
  let isEstimated = false;
  for (const source of new Set(asked.projects.map((project) => project.source))) {
    const refs = asked.projects.filter((one) => one.source === source).map(({ ref }) => ref);
    const configuredRefs = refsAtSource(connections, { settings, source }, asked.configured);
    const census = await connections.with({ connection: source, access: 'read' }, (client) =>
      transaction(client, 'read-snapshot', () =>
        countRowsPerProject(client, { tenancy, scopes, configuredRefs, refs }),
      ),
    );
    isEstimated ||= census.isEstimated;
    for (const [ref, count] of census.rows) rows.set(ref, count);
    for (const [ref, overlap] of census.overlaps ?? []) shared.set(ref, overlap);
  }
  const projects = asked.projects.map((project) => {
    const overlap = shared.get(project.ref);
    return {
      ...project,
      rows: rows.get(project.ref) ?? 0,
      ...(overlap !== undefined && { overlap }),
    };
  });
  return { projects, isEstimated };
}
