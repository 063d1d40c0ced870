import type { FleetProject } from '../../workflows/domain/fleet';
import type { Project } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import type { Connections } from '../postgres/connections';
import { readSizes } from '../postgres/scope/project-sizes';
import { transaction } from '../postgres/transaction';
import type { Settled } from './settle-projects';

/** Projects with their rows, and whether these could be counted. */
export interface Sized {
  readonly projects: readonly FleetProject[];
  readonly isEstimated: boolean;
}

/** Tells how much there is to move of each project, source by source, each in one snapshot. */
export async function sizeProjects(
  connections: Connections,
  { tenancy, scopes }: Pick<Settings, 'tenancy' | 'scopes'>,
  asked: {
    readonly projects: readonly Settled[];
    readonly configured: readonly Project[] | undefined;
  },
): Promise<Sized> {
  const rows = new Map<string, number>();
  let isEstimated = false;
  const configuredRefs = asked.configured?.map(({ ref }) => ref);
  for (const connection of new Set(asked.projects.map(({ source }) => source))) {
    const refs = asked.projects.filter(({ source }) => source === connection).map(({ ref }) => ref);
    const sizes = await connections.with({ connection, access: 'read' }, (client) =>
      transaction(client, 'read-snapshot', () =>
        readSizes(client, { tenancy, scopes, configuredRefs, refs }),
      ),
    );
    isEstimated ||= sizes.isEstimated;
    for (const [ref, count] of sizes.rows) rows.set(ref, count);
  }
  const projects = asked.projects.map((project) => ({
    ...project,
    rows: rows.get(project.ref) ?? 0,
  }));
  return { projects, isEstimated };
}
