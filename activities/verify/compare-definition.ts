import type { Client } from '../postgres/session/database-client';
import type { Problem } from '../../workflows/domain/plan';
import { listed } from '../plan/findings';
import { readIdentity } from '../postgres/catalog/databases';
import { readMarkedUndone, type Undone } from '../postgres/lease/recorded-markers';
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

/** Differences in the schema and in the database's own facts, and what is still left to a person there. */
export interface Compared {
  readonly differences: readonly string[];
  readonly notes: readonly Problem[];
}

const SAME: Compared = { differences: [], notes: [] };

/**
 * Compares a target's schema, grants and settings with the backup. What the run that made the target could not set is no
 * difference, whether a person has set it since or not; long after that run the marker still names it.
 */
export async function compareDefinition(
  verification: Verification,
  client: Client,
): Promise<Compared> {
  const marker = await readMarker(client);
  const undone = marker === undefined ? undefined : await readMarkedUndone(client);
  const parts = [
    await compareSchema(verification, client, ownUndone(verification, marker, undone)),
    await compareFacts(verification, client, { marker, undone }),
  ];
  return {
    differences: parts.flatMap(({ differences }) => differences),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

/** What a completed run left undone; a run that is under way has it in its plan and its next steps. */
function ownUndone(
  { manifest }: Verification,
  marker: Marker | undefined,
  undone: Undone | undefined,
): Undone | undefined {
  if (marker?.state !== 'completed' || marker.backupId !== manifest.backupId) return undefined;
  return undone;
}

/** Not only where the digests differ: these do not say whether constraints are enforced. */
async function compareSchema(
  { connections, job, manifest, store }: Verification,
  client: Client,
  undone: Undone | undefined,
): Promise<Compared> {
  const databaseRef = targetRef(job.target, 'read');
  const snapshot = await store.readText(manifest.backupId, manifest.schema.snapshot.file);
  const looking = { client, connections, databaseRef };
  const comparing = (unreached: Undone['unreached']): Promise<readonly string[]> =>
    cachedDifferences(looking, manifest.extent, { snapshot, unreached });
  const unreached = job.unreached ?? undone?.unreached;
  const differences = await comparing(unreached);
  if (undone?.unreached === undefined || differences.length > 0) return { ...SAME, differences };
  return { differences, notes: leftToSuperuser(await comparing(undefined)) };
}

/** Grants and settings of a database count where moveout created it; one that stood before has its own. */
async function compareFacts(
  { manifest }: Verification,
  client: Client,
  { marker, undone }: { readonly marker: Marker | undefined; readonly undone: Undone | undefined },
): Promise<Compared> {
  const { oid } = await readIdentity(client, '');
  if (marker?.createdDatabase !== true || marker.databaseOid !== oid) return SAME;
  const isCompleted = marker.state === 'completed';
  const present = await readDatabaseFacts(client);
  const missing = (undone?.leftOutSettings ?? []).filter(
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
