import type { Extent } from '../workflows/domain/extent';
import type { Manifest } from '../workflows/domain/manifest';
import { identityWords } from '../workflows/domain/origin';
import type { DatabaseIdentity, Problem } from '../workflows/domain/plan';
import { NO_FINDINGS } from '../workflows/domain/findings';
import { sessionsOf } from '../workflows/domain/sessions';
import { identityOf, type VerifyRequest } from '../workflows/domain/request';
import type { VerificationPlan } from '../workflows/domain/restore-plan';
import { attempt, type Attempt } from './runtime/attempt';
import { viewThrottle } from './plan/throttle';
import { backupToCompare } from './plan/backup-to-compare';
import { resolveProject, type Resolution } from './projects/resolve';
import { sameDatabase, findDatabase, readIdentity } from './postgres/catalog/databases';
import { readBlindSpots } from './postgres/catalog/privileges';
import type { Connections } from './postgres/session/connections';
import { readMarker, type Marker } from './postgres/lease';
import { serverRef } from './postgres/database';
import type { Resources } from './runtime/resources';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/**
 * Finds what a verification compares: the target, the backup that its marker names unless the request names
 * another, and the source. Without the source only the backup is compared, and a warning says so.
 * Touches nothing.
 */
export async function planVerification(
  resources: Resources,
  request: VerifyRequest,
): Promise<VerificationPlan> {
  const identity = { step: 'planMigration', projectRef: request.projectRef } as const;
  return attempt(resources, identity, (current) => makePlan(resources, request, current));
}

async function makePlan(
  resources: Resources,
  request: VerifyRequest,
  current: Attempt,
): Promise<VerificationPlan> {
  const { connections } = current;
  const { settings, store } = resources;
  const { project } = await resolveWithoutSource(current, settings, request);
  const databaseRef = { connection: project.target, database: project.databaseName };
  const { target, marker, isThere } = await viewTarget(connections, databaseRef);
  const { manifest, warnings } = await backupToCompare(store, request, { marker, ...databaseRef });
  const source = await askSource(request, () => viewSource(current, settings, project.source));
  const readable = isThere
    ? await readingProblems(connections, databaseRef, manifest.extent)
    : [
        {
          code: 'no-such-database',
          message: `there is no database "${databaseRef.database}" to verify`,
        },
      ];
  const { identity, throttle = NO_FINDINGS } = 'found' in source ? source.found : {};
  const problems = [...throttle.problems, ...readable];
  const sources = [...(manifest.kind === 'project' ? [manifest.source] : [])];
  if (identity !== undefined) sources.unshift(identity);
  const isSource = isThere && sources.some((one) => sameDatabase(one, target));
  return {
    project: identityOf(project),
    backupId: manifest.backupId,
    extent: manifest.extent,
    target,
    source: identity,
    sources,
    onDrift: request.onDrift,
    timing: settings.timing,
    jobs: sessionsOf(settings, request),
    host: await resources.host.known(),
    warnings: [
      ...warnings,
      ...throttle.warnings,
      ...('gone' in source ? [unreachable(project.source, source.gone)] : []),
      ...(identity === undefined ? [] : anotherSource(manifest, identity)),
    ],
    problems: isSource
      ? [{ code: 'target-is-source', message: `"${target.database}" is the source itself` }]
      : problems,
  };
}

/** The list of projects may be in a source that is gone: a request that names its database does not need it. */
async function resolveWithoutSource(
  current: Attempt,
  settings: Resources['settings'],
  request: VerifyRequest,
): Promise<Resolution> {
  const resolved = await askSource(request, () => resolveProject(current, settings, request));
  if ('found' in resolved) return resolved.found;
  return resolveProject(current, { ...settings, projects: undefined }, request);
}

/** The source itself, and what is wrong with its throttle. */
async function viewSource(current: Attempt, settings: Resources['settings'], connection: string) {
  return {
    throttle: await viewThrottle(current, settings, connection),
    identity: await current.connections.with({ connection, access: 'read' }, (client) =>
      readIdentity(client, connection),
    ),
  };
}

interface TargetSeen {
  readonly target: DatabaseIdentity;
  readonly isThere: boolean;
  readonly marker: Marker | undefined;
}

async function viewTarget(
  connections: Connections,
  { connection, database }: { readonly connection: string; readonly database: string },
): Promise<TargetSeen> {
  const server = await connections.with(serverRef(connection), async (client) => ({
    identity: await readIdentity(client, connection),
    entry: await findDatabase(client, database),
  }));
  const target = { ...server.identity, database, oid: server.entry?.oid ?? 0 };
  if (server.entry === undefined) return { target, isThere: false, marker: undefined };
  const databaseRef = { connection, database, access: 'read' } as const;
  const marker = await connections.with(databaseRef, (client) => readMarker(client));
  return { target, isThere: true, marker };
}

async function readingProblems(
  connections: Connections,
  databaseRef: { readonly connection: string; readonly database: string },
  extent: Extent,
): Promise<readonly Problem[]> {
  const spots = await connections.with({ ...databaseRef, access: 'read' }, (client) =>
    readBlindSpots(client, extent),
  );
  if (spots.length === 0) return [];
  const tables = spots.map((spot) => spot.table).join(', ');
  return [{ code: 'privilege', message: `the target's role cannot read ${tables} whole` }];
}

/** Drift against a database other than the one that was backed up means little. */
function anotherSource({ source, kind }: Manifest, now: DatabaseIdentity): readonly Problem[] {
  if (kind === 'target' || sameDatabase(source, now)) return [];
  return [
    {
      code: 'another-source',
      message: `the backup was taken from ${identityWords(source)}, but the source now is ${identityWords(now)}: changes in the source are reported against the latter`,
    },
  ];
}

/** The failures that mean a source is gone: its server does not answer, or has lost the database or the role. */
const GONE: ReadonlySet<string> = new Set(['ServerUnavailable', 'NotFound', 'AccessDenied']);

/** How many attempts wait for a source that may come back. */
const PATIENT_ATTEMPTS = 2;

/** What a source answered, or why it cannot be asked. */
export type SourceAnswer<T> = { readonly found: T } | { readonly gone: string };

/**
 * Asks the source of a verification. If it is gone, the target is compared with its backup alone, unless the request
 * makes drift a failure: then the source has to answer.
 */
async function askSource<T>(
  { onDrift }: Pick<VerifyRequest, 'onDrift'>,
  use: () => Promise<T>,
): Promise<SourceAnswer<T>> {
  try {
    return { found: await use() };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !GONE.has(error.type ?? '')) throw error;
    if (onDrift === 'fail') throw error;
    const mayPass = error.nonRetryable !== true;
    if (mayPass && Context.current().info.attempt <= PATIENT_ATTEMPTS) throw error;
    return { gone: error.message };
  }
}

/** Says that a source was not asked, and what was not checked. */
function unreachable(connection: string, why: string): Problem {
  return {
    code: 'source-unreachable',
    message: `the source (connection "${connection}") could not be reached, so whether it has changed since the backup was not checked; the target was compared with the backup alone: ${why}`,
  };
}
