import { Context } from '@temporalio/activity';
import type { Interrupted, InterruptedRuns } from '../../workflows/domain/interrupted';
import type { Job } from '../../workflows/domain/job';
import type { Attempt } from '../runtime/attempt';
import { listDatabases, readJobOfMarker } from '../postgres/lease/recorded-markers';
import { findForeignMarker, readMarker, stagingName, type Marker } from '../postgres/lease';
import { STAGING_PREFIX } from '../postgres/lease/locks';
import { serverRef } from '../postgres/database';
import type { Resources } from '../runtime/resources';
import { hasOpenRun, listOpenRunIds, statusOf } from '../temporal/runs';
import { together, whereItAnswers } from './servers';

/** What is known already, and what is to be done about runs that Temporal has forgotten. */
export interface MarkerSearch {
  readonly known: readonly Interrupted[];
  readonly forgotten: 'report' | 'restore';
  /** The connections of the target servers. */
  readonly servers: readonly string[];
}

interface ListedDatabase {
  readonly connection: string;
  readonly database: string;
}

interface Marked {
  readonly database: string;
  readonly marker: Marker;
  readonly job: Job | undefined;
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
  { known, forgotten, target }: Omit<MarkerSearch, 'servers'> & { readonly target: string },
): Promise<InterruptedRuns> {
  const { timing } = resources.settings;
  const names = await attempt.connections.with(serverRef(target), listDatabases);
  const seen = new Set(known.map(({ runId }) => runId));
  const findings: string[] = [...(await strayBeginnings(names, known))];
  const interrupted: Interrupted[] = [];
  for (const database of names) {
    const marked = await lookInto(attempt, { connection: target, database });
    if (typeof marked === 'string') findings.push(`in database "${database}", ${marked}`);
    if (typeof marked === 'string') continue;
    if (marked === undefined || seen.has(marked.marker.runId)) continue;
    const how = await classifyMarker(marked, forgotten);
    if (typeof how === 'string') findings.push(how);
    else if (how !== undefined)
      interrupted.push({ ...how, target: { connection: target }, timing });
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
  { database, marker, job }: Marked,
  forgotten: MarkerSearch['forgotten'],
): Promise<Omit<Interrupted, 'target' | 'timing'> | string | undefined> {
  const { client } = Context.current();
  const { workflowId, runId } = marker;
  const how = await statusOf(client, marker);
  const what = `database "${database}" carries the unfinished marker of ${workflowId} (run ${runId})`;
  if (how === 'open' || (await hasOpenRun(client, workflowId))) return undefined;
  if (how === 'ended') return `${what}, which has ended: look at its report`;
  if (how === 'forgotten' && forgotten === 'report')
    return `${what}, which this Temporal does not know: if no other Temporal works on this server, reconcile with {"forgotten":"restore"}`;
  if (job?.target.database !== database)
    return `${what}, which does not say what stood there before: restore it by hand`;
  const backupIds = [
    job.backupId,
    ...(job.targetBackupId === undefined ? [] : [job.targetBackupId]),
  ];
  const left = [`its unfinished marker in database "${database}"`];
  return {
    ...{ workflowId, runId, how, job, backupIds, left },
    project: job.project,
    source: job.source?.connection,
    host: job.host,
    workflowType: 'migrateProject',
  };
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
