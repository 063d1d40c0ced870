import type { FleetProject } from '../../workflows/domain/fleet';

/**
 * Puts projects into the order in which they are started: so many of the smallest as canaries, smallest
 * first, then the others, largest first, so that no long one is left for the end. Ties go by ref. One whose
 * migration is under way, or parked, is no canary.
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
