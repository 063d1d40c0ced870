import type { Client } from '../postgres/session/database-client';
import type { Problem } from '../../workflows/domain/plan';
import { listed } from '../../workflows/domain/findings';
import { readIdentity } from '../postgres/catalog/databases';
import { readLeftToOperator, type LeftToOperator } from '../postgres/lease/recorded-markers';
import { readMarker, type Marker } from '../postgres/lease';
import { targetRef } from '../postgres/database';
import {
  carriedFacts,
  closedFacts,
  compareDatabaseFacts,
  parseDatabaseFacts,
  readDatabaseFacts,
  cachedDifferences,
} from '../postgres/schema';
import type { Verification } from './evidence';

/** Differences in the schema and in the database's own facts, and what is still left to an operator there. */
export interface ComparedDefinition {
  readonly differences: readonly string[];
  readonly notes: readonly Problem[];
}

const SAME: ComparedDefinition = { differences: [], notes: [] };

/**
 * Compares a target's schema, grants and settings with the backup. What the run that made the target could not set is no
 * difference, whether an operator has set it since or not; long after that run the marker still names it.
 */
export async function compareDefinition(
  verification: Verification,
  client: Client,
): Promise<ComparedDefinition> {
  const marker = await readMarker(client);
  const leftToOperator = marker === undefined ? undefined : await readLeftToOperator(client);
  const parts = [
    await compareSchema(
      verification,
      client,
      ownLeftToOperator(verification, marker, leftToOperator),
    ),
    await compareFacts(verification, client, { marker, leftToOperator }),
  ];
  return {
    differences: parts.flatMap(({ differences }) => differences),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

/** What a completed run left to an operator; a run that is under way has it in its plan and its next steps. */
function ownLeftToOperator(
  { manifest }: Verification,
  marker: Marker | undefined,
  leftToOperator: LeftToOperator | undefined,
): LeftToOperator | undefined {
  if (marker?.state !== 'completed' || marker.backupId !== manifest.backupId) return undefined;
  return leftToOperator;
}

/** Not only if the digests differ: these do not say whether constraints are enforced. */
async function compareSchema(
  { connections, job, manifest, store }: Verification,
  client: Client,
  leftToOperator: LeftToOperator | undefined,
): Promise<ComparedDefinition> {
  const databaseRef = targetRef(job.target, 'read');
  const snapshot = await store.readText(manifest.backupId, manifest.schema.snapshot);
  const looking = { client, connections, databaseRef };
  const comparing = (unreached: LeftToOperator['unreached']): Promise<readonly string[]> =>
    cachedDifferences(looking, manifest.extent, { snapshot, unreached });
  const unreached = job.unreached ?? leftToOperator?.unreached;
  const differences = await comparing(unreached);
  if (leftToOperator?.unreached === undefined || differences.length > 0)
    return { ...SAME, differences };
  return { differences, notes: leftToSuperuser(await comparing(undefined)) };
}

/** Grants and settings of a database count where moveout created it; one that stood before has its own. */
async function compareFacts(
  { manifest }: Verification,
  client: Client,
  {
    marker,
    leftToOperator,
  }: { readonly marker: Marker | undefined; readonly leftToOperator: LeftToOperator | undefined },
): Promise<ComparedDefinition> {
  const { oid } = await readIdentity(client, '');
  if (marker?.createdDatabase !== true || marker.databaseOid !== oid) return SAME;
  const isCompleted = marker.state === 'completed';
  const present = await readDatabaseFacts(client);
  const missing = (leftToOperator?.leftOutSettings ?? []).filter(
    ({ name, role }) => !present.settings.some((own) => own.name === name && own.role === role),
  );
  const carried = carriedFacts(parseDatabaseFacts(manifest.database), missing);
  // Clients are let in by the very transaction that completes the run.
  const differences = compareDatabaseFacts(isCompleted ? carried : closedFacts(carried), present);
  const names = missing.map(({ name, role }) => (role === undefined ? name : `${name} of ${role}`));
  return { differences, notes: isCompleted ? settingsLeftOut(names) : [] };
}

function leftToSuperuser(missing: readonly string[]): readonly Problem[] {
  if (missing.length === 0) return [];
  const message = `not all statements were run that the migration left to a superuser (see "nextSteps" of its report); until then: ${listed(missing, '; ')}`;
  return [{ code: 'left-to-superuser', message }];
}

function settingsLeftOut(names: readonly string[]): readonly Problem[] {
  if (names.length === 0) return [];
  const message = `settings of the source's database that the migration left out are still missing: ${listed(names, ', ')}`;
  return [{ code: 'setting-left-out', message }];
}
