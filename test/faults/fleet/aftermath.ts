import type { FleetEntry } from '../../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../../workflows/domain/names';
import { SIZES } from '../../../studio/many-projects';
import { rowsAt } from '../ground/sessions';
import { contentsOf, fingerprint } from './fingerprint';
import { STUDIO, type FleetGround } from './ground';
import type { Broken } from './ways';

/** How one project of a fleet ended, and why. */
export type Entry = Pick<FleetEntry, 'projectRef' | 'outcome' | 'problems'>;

/** Users, sessions, tokens, buckets and objects of every project. */
const WHOLE = [SIZES.users, SIZES.sessions, SIZES.refreshTokens, SIZES.buckets, SIZES.objects].join(
  ' ',
);

/** Who did not end as it has to be: the healthy migrated, the broken restored with their reason. */
export function endings(
  { projects }: FleetGround,
  broken: readonly Broken[],
  entries: readonly Entry[],
): string[] {
  const ways = new Map(broken.map(({ project, way }) => [project.ref, way]));
  const problems: string[] = [];
  if (entries.length !== projects.length) problems.push(`${entries.length} projects have ended`);
  for (const { projectRef, outcome, problems: reasons } of entries) {
    const way = ways.get(projectRef);
    const wanted = way === undefined ? 'migrated' : 'restored';
    if (outcome !== wanted) problems.push(`${projectRef} (${way?.name ?? 'healthy'}): ${outcome}`);
    if (way !== undefined && !reasons.some(({ code }) => code === way.code))
      problems.push(`${projectRef} (${way.name}): ${reasons.map(({ code }) => code).join(', ')}`);
  }
  return problems;
}

type Images = ReadonlyMap<string, readonly string[] | undefined>;

/** What stood in the place of the broken ones' targets; nothing where there was no database. */
export async function imagesOf(
  { server }: FleetGround,
  broken: readonly Broken[],
): Promise<Images> {
  const images = new Map<string, readonly string[] | undefined>();
  for (const { project, way } of broken) {
    const { database } = project;
    const there = way.broken.target !== undefined;
    images.set(database, there ? await fingerprint(server.url(database)) : undefined);
  }
  return images;
}

/** Which of these targets are not as they were. */
export async function unlike({ server }: FleetGround, images: Images): Promise<readonly string[]> {
  const there = await rowsAt<{ datname: string }>(server.url(), 'SELECT datname FROM pg_database');
  const names = new Set(there.map(({ datname }) => datname));
  const problems: string[] = [];
  for (const [database, image] of images) {
    if (!names.has(database)) {
      if (image !== undefined) problems.push(`${database} is gone`);
    } else if (image === undefined) problems.push(`${database} was left`);
    else problems.push(...differences(database, image, await fingerprint(server.url(database))));
  }
  return problems;
}

/** A project has one run, whatever happened to workers and Temporal. */
export async function runsTwice({ temporal, projects }: FleetGround): Promise<readonly string[]> {
  const runs = new Map<string, number>();
  for await (const { workflowId } of temporal.client.workflow.list({
    query: `WorkflowType = 'migrateProject'`,
  }))
    runs.set(workflowId, (runs.get(workflowId) ?? 0) + 1);
  return projects
    .filter(({ ref }) => runs.get(migrationWorkflowId(ref)) !== 1)
    .map(({ ref }) => `${ref} had ${runs.get(migrationWorkflowId(ref)) ?? 0} runs`);
}

/** Databases that nobody asked for: drafts, and templates that the fleet should have dropped. */
export async function leftovers({ server, projects }: FleetGround): Promise<readonly string[]> {
  const known = new Set([STUDIO, 'postgres', 'template0', 'template1']);
  for (const { database } of projects) known.add(database);
  const there = await rowsAt<{ datname: string }>(server.url(), 'SELECT datname FROM pg_database');
  return there
    .filter(({ datname }) => !known.has(datname))
    .map(({ datname }) => `the database ${datname} was left`);
}

/** Which projects' databases do not hold all that is theirs. */
export async function incomplete({ server, projects }: FleetGround): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { database } of projects) {
    const counts = await contentsOf(server.url(database));
    if (counts !== WHOLE) problems.push(`${database} has ${counts} in the place of ${WHOLE}`);
  }
  return problems;
}

/** The lines that two lists do not have in common. */
export function differences(
  what: string,
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const known = new Set(before);
  const found = new Set(after);
  return [
    ...before.filter((line) => !found.has(line)).map((line) => `${what}, before: ${line}`),
    ...after.filter((line) => !known.has(line)).map((line) => `${what}, after: ${line}`),
  ];
}
