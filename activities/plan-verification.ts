import type { Extent } from '../workflows/domain/extent';
import type { Manifest } from '../workflows/domain/manifest';
import type { Problem } from '../workflows/domain/plan';
import { verifyRequestSchema, type VerifyRequest } from '../workflows/domain/request';
import type { VerificationPlan } from '../workflows/domain/restore-plan';
import { attempt } from './attempt';
import type { BackupStore } from './backup/store';
import { failure } from './failure';
import { parseInput } from './input';
import { settle } from './plan/settle';
import { readIdentity, sameDatabase } from './postgres/catalog/identity';
import { readBlindSpots } from './postgres/catalog/privileges';
import { findDatabase } from './postgres/catalog/databases';
import type { Connections } from './postgres/connections';
import { serverPlace } from './postgres/maintenance';
import type { Resources } from './resources';

/** Finds what a verification compares: the backup, the target and the source. Touches nothing. */
export async function planVerification(
  resources: Resources,
  input: unknown,
): Promise<VerificationPlan> {
  const request = parseInput(verifyRequestSchema, input);
  return attempt(
    resources,
    { step: 'planMigration', projectRef: request.projectRef },
    async (current) => {
      const { connections } = current;
      const { store } = resources;
      const { project, settings } = await settle(current, resources.settings, request);
      const manifest = await backupToCompare(store, request);
      const source = await connections.with(
        { connection: settings.source, access: 'read' },
        (client) => readIdentity(client, settings.source),
      );
      const { target, problems } = await viewTarget(
        connections,
        { connection: settings.target, database: project.databaseName },
        manifest.extent,
      );
      const same = problems.length === 0 && sameDatabase(source, target);
      return {
        project,
        backupId: manifest.backupId,
        extent: manifest.extent,
        target,
        source,
        onDrift: request.onDrift,
        timing: settings.timing,
        host: await resources.host.known(),
        problems: same
          ? [{ code: 'target-is-source', message: `"${target.database}" is the source itself` }]
          : problems,
      };
    },
  );
}

/** The backup asked for, else the project's newest of kind `project`, told by its manifest. */
async function backupToCompare(store: BackupStore, request: VerifyRequest): Promise<Manifest> {
  if (request.backupId !== undefined) {
    const manifest = await store.manifest(request.backupId);
    if (manifest.projectRef === request.projectRef) return manifest;
    throw failure(
      'InvalidInput',
      `backup "${request.backupId}" is of project "${manifest.projectRef}", not of "${request.projectRef}"`,
    );
  }
  for (const backupId of await store.list(request.projectRef)) {
    const manifest = await store.manifest(backupId);
    if (manifest.projectRef === request.projectRef && manifest.kind === 'project') return manifest;
  }
  throw failure(
    'NotFound',
    `there is no backup of project "${request.projectRef}" in ${store.directory} to compare with`,
  );
}

async function viewTarget(
  connections: Connections,
  { connection, database }: { readonly connection: string; readonly database: string },
  extent: Extent,
): Promise<{ readonly target: VerificationPlan['target']; readonly problems: readonly Problem[] }> {
  const server = await connections.with(serverPlace(connection), async (client) => ({
    identity: await readIdentity(client, connection),
    entry: await findDatabase(client, database),
  }));
  const target = { ...server.identity, database, oid: server.entry?.oid ?? 0 };
  if (server.entry === undefined) {
    return {
      target,
      problems: [
        { code: 'no-such-database', message: `there is no database "${database}" to verify` },
      ],
    };
  }
  const spots = await connections.with({ connection, database, access: 'read' }, (client) =>
    readBlindSpots(client, extent),
  );
  const tables = spots.map((spot) => spot.table).join(', ');
  return {
    target,
    problems:
      spots.length === 0
        ? []
        : [{ code: 'privilege', message: `the target's role cannot read ${tables} whole` }],
  };
}
