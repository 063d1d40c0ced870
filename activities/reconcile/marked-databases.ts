import { Context } from '@temporalio/activity';
import type { Interrupted, InterruptedRuns } from '../../workflows/domain/interrupted';
import type { Timing } from '../../workflows/domain/timing';
import type { Attempt } from '../runtime/attempt';
import { listDatabases, readJobOfMarker } from '../postgres/lease/recorded-markers';
import { findForeignMarker, readMarker, stagingName } from '../postgres/lease';
import { STAGING_PREFIX } from '../postgres/lease/locks';
import { serverRef } from '../postgres/database';
import type { Resources } from '../runtime/resources';
import { listOpenRunIds } from '../temporal/runs';
import { interruptedBy, statusOfMarked, type Marked } from './interrupted-marker';
import { together, whereItAnswers } from './servers';

/** What is known already, and what is to be done about runs that Temporal has forgotten. */
export interface MarkerSearch {
  readonly known: readonly Interrupted[];
  readonly forgotten: 'report' | 'restore';
  /** If only the runs of one project are looked for. */
  readonly projectRef: string | undefined;
  /** The connections of the target servers. */
  readonly servers: readonly string[];
}

interface ListedDatabase {
  readonly connection: string;
  readonly database: string;
}

/**
 * Looks into every database of every target server for an unfinished marker whose run is not open. A run
 * that this Temporal does not know may belong to another one, and is restored only if that was asked.
 */
export async function findMarkedDatabases(
  resources: Resources,
  attempt: Attempt,
  looking: MarkerSearch,
): Promise<InterruptedRuns> {
  const found: InterruptedRuns[] = [];
  const { servers } = looking;
  for (const target of servers) {
    const look = (): Promise<InterruptedRuns> => lookAt(resources, attempt, { ...looking, target });
    found.push(await whereItAnswers({ connection: target, among: servers }, look));
  }
  return together(found);
}

async function lookAt(
  resources: Resources,
  attempt: Attempt,
  {
    known,
    forgotten,
    projectRef,
    target,
  }: Omit<MarkerSearch, 'servers'> & { readonly target: string },
): Promise<InterruptedRuns> {
  const { timing } = resources.settings;
  const names = await attempt.connections.with(serverRef(target), listDatabases);
  const seen = new Set(known.map(({ runId }) => runId));
  const findings = projectRef === undefined ? [...(await strayBeginnings(names, known))] : [];
  const interrupted: Interrupted[] = [];
  for (const database of names) {
    const marked = await lookInto(attempt, { connection: target, database });
    if (typeof marked === 'string') {
      if (projectRef === undefined) findings.push(`in database "${database}", ${marked}`);
      continue;
    }
    if (marked === undefined || seen.has(marked.marker.runId)) continue;
    if (projectRef !== undefined && projectRef !== marked.marker.projectRef) continue;
    const one = await classifyMarker(marked, { forgotten, timing });
    if (typeof one === 'string') findings.push(one);
    else if (one !== undefined) interrupted.push({ ...one, target: { connection: target } });
  }
  return { interrupted, findings };
}

/** The unfinished marker of a database, or what keeps it from being read; one that was dropped or renamed since it was listed has none. */
async function lookInto(
  attempt: Attempt,
  place: ListedDatabase,
): Promise<Marked | string | undefined> {
  try {
    return await readMarked(attempt, place);
  } catch (error) {
    const names = await attempt.connections.with(serverRef(place.connection), listDatabases);
    if (names.includes(place.database)) throw error;
    return undefined;
  }
}

async function readMarked(
  { connections }: Attempt,
  place: ListedDatabase,
): Promise<Marked | string | undefined> {
  return connections.with({ ...place, access: 'read' }, async (client) => {
    const foreign = await findForeignMarker(client);
    if (foreign !== undefined) return foreign.words;
    const marker = await readMarker(client);
    if (marker?.state !== 'running') return undefined;
    return { database: place.database, marker, job: await readJobOfMarker(client) };
  });
}

/** The run that is to be restored, a finding, or nothing if the run goes on. */
async function classifyMarker(
  marked: Marked,
  { forgotten, timing }: Pick<MarkerSearch, 'forgotten'> & { readonly timing: Timing },
): Promise<Interrupted | string | undefined> {
  const { workflowId, runId, projectRef } = marked.marker;
  const how = await statusOfMarked(marked);
  const what = `database "${marked.database}" carries the unfinished marker of ${workflowId} (run ${runId})`;
  if (how === 'open') return undefined;
  if (how === 'ended') return `${what}, which has ended: look at its report`;
  if (how === 'forgotten' && forgotten === 'report')
    return `${what}, which this Temporal does not know: if no other Temporal works on this server, restore it with moveout restore-pending ${projectRef} --forgotten`;
  return (
    interruptedBy(marked, how, timing) ??
    `${what}, which does not say what stood there before: restore it by hand`
  );
}

/** Databases that were begun by runs which are neither open nor known to be interrupted. */
async function strayBeginnings(
  names: readonly string[],
  known: readonly Interrupted[],
): Promise<readonly string[]> {
  const begun = names.filter((name) => name.startsWith(STAGING_PREFIX));
  if (begun.length === 0) return [];
  const open = await listOpenRunIds(Context.current().client);
  const accounted = new Set([...open, ...known.map(({ runId }) => runId)].map(stagingName));
  return begun
    .filter((name) => !accounted.has(name))
    .map(
      (name) =>
        `database "${name}" was begun by a run that this Temporal does not know: drop it if no other Temporal works on this server`,
    );
}
