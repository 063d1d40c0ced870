import type { FleetProject } from '../../workflows/domain/fleet';
import type { Project } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import { refsAtSource } from '../projects/servers';
import type { Connections } from '../postgres/session/connections';
import { countRowsPerProject } from '../postgres/scope/census';
import type { Overlap } from '../postgres/scope/ownership';
import { transaction } from '../postgres/session/transaction';
import type { Settled } from './resolve';

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
  requested: {
    readonly projects: readonly Settled[];
    readonly configured: readonly Project[] | undefined;
  },
): Promise<Sized> {
  const { tenancy, scopes } = settings;
  const rows = new Map<string, number>();
  const shared = new Map<string, Overlap>();
  let isEstimated = false;
  for (const source of new Set(requested.projects.map((project) => project.source))) {
    const refs = requested.projects.filter((one) => one.source === source).map(({ ref }) => ref);
    const configuredRefs = refsAtSource(connections, { settings, source }, requested.configured);
    const counted = await connections.with({ connection: source, access: 'read' }, (client) =>
      transaction(client, 'read-snapshot', () =>
        countRowsPerProject(client, { tenancy, scopes, configuredRefs, refs }),
      ),
    );
    isEstimated ||= counted.isEstimated;
    for (const [ref, count] of counted.rows) rows.set(ref, count);
    for (const [ref, overlap] of counted.overlaps ?? []) shared.set(ref, overlap);
  }
  const projects = requested.projects.map((project) => {
    const overlap = shared.get(project.ref);
    return {
      ...project,
      rows: rows.get(project.ref) ?? 0,
      ...(overlap !== undefined && { overlap }),
    };
  });
  return { projects, isEstimated };
}

/**
 * Puts projects into the order in which they are started: this many of the smallest as canaries, smallest
 * first, then the others, largest first, so that no long one is left for the end. Ties go by ref. One whose
 * migration is under way, or was parked, is no canary.
 */
export function orderProjects(
  projects: readonly FleetProject[],
  canaries: number,
  underWay: ReadonlySet<string>,
): readonly FleetProject[] {
  const rising = [...projects].sort((a, b) => a.rows - b.rows || byRef(a, b));
  const chosen = rising.filter(({ ref }) => !underWay.has(ref)).slice(0, canaries);
  const first = chosen.map((project) => ({ ...project, canary: true }));
  const others = rising
    .filter((project) => !chosen.includes(project))
    .sort((a, b) => b.rows - a.rows || byRef(a, b));
  return [...first, ...others];
}

function byRef(a: FleetProject, b: FleetProject): number {
  return a.ref < b.ref ? -1 : 1;
}
