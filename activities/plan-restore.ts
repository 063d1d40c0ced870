import type { Manifest } from '../workflows/domain/manifest';
import type { DatabaseIdentity, TargetState } from '../workflows/domain/plan';
import { sessionsOf } from '../workflows/domain/sessions';
import type { Settings } from '../workflows/domain/settings';
import { identityOf, type RestoreRequest } from '../workflows/domain/request';
import type { Overwritten, RestorePlan } from '../workflows/domain/restore-plan';
import { attempt } from './runtime/attempt';
import type { BackupStore } from './disk/backup/store';
import { hostFor } from './runtime/host';
import { assertNoLeaseHeld } from './runtime/lease';
import { configuredProjects } from './projects/registry';
import { ifThere, reachableSources, configuredServers, serversFor } from './projects/servers';
import { assertRoom } from './plan/pooler';
import { storeProblems } from './plan/store';
import type { Needs } from './plan/server';
import { trialProblems, viewReadiness } from './plan/target-readiness';
import { viewUnfinished } from './plan/unfinished';
import { markersBefore, viewTarget, type TargetView } from './plan/target';
import { ownerWords, targetProblems, type TargetDemand, stateBefore } from './plan/target-findings';
import type { Connections } from './postgres/session/connections';
import { parseDatabaseFacts, parseStatements } from './postgres/schema';
import type { Resources } from './runtime/resources';

/**
 * Makes the plan of a restore: every file of the backup is compared with its manifest, the target is
 * looked at, and all problems are gathered at once. The source need not be there. Touches nothing.
 */
export async function planRestore(
  resources: Resources,
  request: RestoreRequest,
): Promise<RestorePlan> {
  return attempt(
    resources,
    { step: 'planMigration', projectRef: 'restore' },
    async ({ connections }) => {
      const manifest = await resources.store.manifest(request.backupId);
      await resources.store.checkFiles(manifest);
      return makePlan(resources, connections, { request, manifest });
    },
  );
}

interface Restoring {
  readonly request: RestoreRequest;
  readonly manifest: Manifest;
}

async function makePlan(
  { settings, store, host }: Resources,
  connections: Connections,
  restoring: Restoring,
): Promise<RestorePlan> {
  const { request, manifest } = restoring;
  const { databaseName, replace } = request;
  const { target, others } = await serversOf(connections, settings, restoring);
  const { projectRef, ownerUserId } = manifest;
  const project = { projectRef, databaseName, ownerUserId, target };
  await assertRoom(connections, {
    ...{ ...project, jobs: sessionsOf(settings, request) },
    isThrottled: false,
  });
  await assertNoLeaseHeld(connections, project);
  const view = await viewTarget(connections, project, manifest.extent);
  const sources = await protectedSources(connections, others, manifest);
  const demand = await demandOf(store, manifest, { project, sources, replace });
  const before = stateBefore(view, demand);
  const needs = await needsOf({ store, settings }, manifest, replace ? before : view.before);
  const ready = await viewReadiness(connections, view, needs);
  const unfinished = await viewUnfinished(connections, settings, view, demand);
  const found = [
    // What stands in a target that is restored first says nothing.
    ...(unfinished.pending === undefined ? targetProblems(view, demand) : []),
    ...unfinished.problems,
    ...ready.problems,
    ...(await storeProblems(store)),
  ];
  const problems = [...found, ...(await trialProblems(connections, view, { demand, found }))];
  const { backupId, format, extent } = manifest;
  return {
    project: identityOf(project),
    backupId,
    backup: contentOf(manifest),
    overwrites: overwrittenIn(view),
    format,
    extent,
    target: view.identity,
    targetBefore: before,
    ...markersBefore(view),
    sources,
    ...ready,
    problems,
    timing: settings.timing,
    jobs: sessionsOf(settings, request),
    host: await hostFor(host, problems),
    pending: unfinished.pending,
  };
}

async function demandOf(
  store: BackupStore,
  { backupId, extent, schema: { snapshot, digest }, source }: Manifest,
  requested: Pick<TargetDemand, 'project' | 'sources' | 'replace'>,
): Promise<TargetDemand> {
  return {
    ...requested,
    extent,
    schema: { snapshot: await store.readText(backupId, snapshot), digest },
    fromVersion: source.serverVersion,
    from: 'backup',
  };
}

/** The settings with the target's server of this restore, and the sources that no target may be. */
async function serversOf(
  connections: Connections,
  settings: Settings,
  { request: requested, manifest }: Restoring,
): Promise<{ readonly target: string; readonly others: readonly string[] }> {
  const configured = await ifThere(() => configuredProjects(connections, settings));
  const known = configured?.find((one) => one.ref === manifest.projectRef);
  const recorded = manifest.kind === 'target' ? manifest.source.connection : undefined;
  const own = recorded !== undefined && connections.faultOf(recorded) === undefined;
  const target = own ? recorded : known?.target;
  return {
    target: serversFor(connections, settings, { requested, known: { target } }).target,
    others: configuredServers(connections, { settings, which: 'source' }, configured),
  };
}

async function needsOf(
  { store, settings }: Pick<Resources, 'store' | 'settings'>,
  { backupId, database, extent, schema }: Manifest,
  before: TargetState,
): Promise<Needs> {
  const { roles = [], extensions = [] } = schema;
  const statements = parseStatements(await store.readText(backupId, schema.statements));
  const own = { roles, extensions, statements, owner: ownerWords('backup') };
  const { createRoles: mayCreateRoles } = settings;
  return { facts: parseDatabaseFacts(database), ...own, extent, before, mayCreateRoles };
}

function contentOf({ source, timestamp, contents }: Manifest): RestorePlan['backup'] {
  const rows = contents.reduce((sum, content) => sum + content.rows, 0);
  return { source, snapshotAt: timestamp, rows, tables: contents.length };
}

function overwrittenIn({ before, marker }: TargetView): Overwritten | undefined {
  if (before.kind !== 'filled') return undefined;
  if (marker?.state !== 'completed') return before.rows === 0 ? undefined : { rows: before.rows };
  const { projectRef, source, snapshotAt, completedAt } = marker;
  const holds = { projectRef, source, snapshotAt, completedAt: completedAt ?? snapshotAt };
  return { rows: before.rows, holds };
}

/** A backup of a target's own rows goes back into that very database; every other source is protected. */
async function protectedSources(
  connections: Connections,
  names: readonly string[],
  manifest: Manifest,
): Promise<readonly DatabaseIdentity[]> {
  const recorded = manifest.kind === 'project' ? [manifest.source] : [];
  return [...recorded, ...(await reachableSources(connections, names))];
}
