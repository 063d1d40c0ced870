import type { Manifest } from '../workflows/domain/manifest';
import type { DatabaseIdentity } from '../workflows/domain/plan';
import { restoreRequestSchema, type RestoreRequest } from '../workflows/domain/request';
import type { RestorePlan } from '../workflows/domain/restore-plan';
import { attempt } from './attempt';
import { checkFiles } from './backup/check';
import { parseInput } from './input';
import { assertNobodyWrites } from './plan/assert-free';
import { openRunProblems } from './plan/open-run';
import { reachableSource } from './plan/reachable-source';
import { storeProblems } from './plan/store-problems';
import { viewServer, type Needs } from './plan/server-problems';
import { marksBefore, viewTarget } from './plan/target';
import { targetProblems } from './plan/target-problems';
import { stateBefore } from './plan/target-schema';
import type { Connections } from './postgres/connections';
import { parseDatabaseFacts } from './postgres/schema';
import type { Resources } from './resources';

/**
 * Makes the plan of a restore: every file of the backup is compared with its manifest, the target is
 * looked at, and all problems are gathered at once. The source need not be there. Touches nothing.
 */
export async function planRestore(resources: Resources, input: unknown): Promise<RestorePlan> {
  const request = parseInput(restoreRequestSchema, input);
  return attempt(
    resources,
    { step: 'planMigration', projectRef: 'restore' },
    async ({ connections }) => {
      const manifest = await resources.store.manifest(request.backupId);
      await checkFiles(resources.store, manifest);
      return makePlan(resources, connections, { request, manifest });
    },
  );
}

async function makePlan(
  { settings, store }: Resources,
  connections: Connections,
  { request, manifest }: { readonly request: RestoreRequest; readonly manifest: Manifest },
): Promise<RestorePlan> {
  const { databaseName, replace } = request;
  const project = {
    projectRef: manifest.projectRef,
    databaseName,
    ownerUserId: manifest.ownerUserId,
  };
  await assertNobodyWrites(connections, { connection: settings.target, ...project });
  const view = await viewTarget(
    connections,
    { connection: settings.target, database: databaseName },
    manifest.extent,
  );
  const sources = await protectedSources(connections, settings.source, manifest);
  const snapshot = await store.readText(manifest.backupId, manifest.schema.snapshot.file);
  const demand = {
    project,
    sources,
    replace,
    extent: manifest.extent,
    schema: { snapshot, digest: manifest.schema.digest },
    fromVersion: manifest.source.serverVersion,
    ownMarkSuffices: true,
  };
  const server = await viewServer(connections, view, needsOf(manifest, settings));
  const problems = [
    ...targetProblems(view, demand),
    ...(replace ? await openRunProblems(view.mark) : []),
    ...server.problems,
    ...(await storeProblems(store)),
  ];
  const { backupId, format, extent } = manifest;
  return {
    project,
    backupId,
    format,
    extent,
    target: view.identity,
    targetBefore: stateBefore(view, demand),
    ...marksBefore(view),
    sources,
    createRoles: server.createRoles,
    problems,
    timing: settings.timing,
  };
}

function needsOf(
  { database, schema: { roles = [], extensions = [] } }: Manifest,
  { createRoles: mayCreateRoles }: Resources['settings'],
): Needs {
  return { facts: parseDatabaseFacts(database), roles, extensions, owners: [], mayCreateRoles };
}

/** A backup of a target's own rows goes back into that very database; any other source is protected. */
async function protectedSources(
  connections: Connections,
  source: string,
  manifest: Manifest,
): Promise<readonly DatabaseIdentity[]> {
  const configured = await reachableSource(connections, source);
  const recorded = manifest.kind === 'project' ? [manifest.source] : [];
  return [...recorded, ...(configured === undefined ? [] : [configured])];
}
