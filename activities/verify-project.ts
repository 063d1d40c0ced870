import type { Job } from '../workflows/domain/job';
import type { Evidence, Verified } from '../workflows/domain/report';
import { sessionsOf } from '../workflows/domain/sessions';
import { unsoundIn } from '../workflows/domain/report';
import { attempt, type Attempt } from './runtime/attempt';
import { completeVerified } from './complete-migration';
import { projectOfPlan } from './projects/resolve';
import { readEvidenceOfMarker } from './postgres/lease/recorded-markers';
import { readMarker } from './postgres/lease';
import { reusedTargetRef } from './postgres/database';
import { transaction } from './postgres/session/transaction';
import type { Resources } from './runtime/resources';
import { fingerprintSource } from './verify/source';
import { gatherEvidence, type WithSource } from './verify/evidence';
import type { Verification } from './verify/evidence';
import { withExclusiveLease, type Writer } from './runtime/lease';

/**
 * Compares the target with the backup that was loaded into it, and the source with that backup: rows
 * by fingerprint in both directions, generated columns, schema, sequences, foreign keys, tables that
 * no one expects; and the backup's files with its manifest. Where rows differ, their primary keys go into files next to the backup. Neither
 * database is changed: what is set apart in the target's server is temporary and rolled back.
 *
 * If it should `complete` the run and finds nothing wrong, it ends with the completed marker; then it is
 * alone with the target from the beginning. Safe to run twice: what an earlier attempt completed may be in
 * use, and is not compared again.
 */
export async function verifyProject(
  resources: Resources,
  job: Job,
  then?: 'complete',
): Promise<Verified> {
  const step = 'verifyProject';
  if (then === undefined) {
    const { project, source } = job;
    const identity = { step, projectRef: project.projectRef, source: source?.connection } as const;
    return attempt(resources, identity, (current) => compareAll(resources, job, current));
  }
  return withExclusiveLease(resources, { step, job }, async (writer) => {
    const earlier = await completedEarlier(writer);
    if (earlier !== undefined) return { ...earlier, completed: true };
    const evidence = await compare(resources, job, { ...writer, ownRun: writer.runId });
    const isSound = unsoundIn(evidence, job.onDrift) === undefined;
    if (!isSound || !(await leavesAMarker(resources, job))) return evidence;
    await completeVerified(writer, evidence);
    return { ...evidence, completed: true };
  });
}

/**
 * Compares with the backup's manifest, and the backup's files with it too: a verification that is asked for says
 * whether the backup can still be restored. A migration has loaded from them just before.
 */
async function compareAll(resources: Resources, job: Job, current: Attempt): Promise<Evidence> {
  const evidence = await compare(resources, job, current);
  const { store } = resources;
  const damages = await store.findDamages(await store.manifest(job.backupId));
  return {
    ...evidence,
    differences: [
      ...evidence.differences,
      ...damages.map((words) => `the backup is damaged: ${words}`),
    ],
  };
}

/**
 * The evidence of an earlier attempt that completed the run, and only its answer was lost. Which attempt this
 * one is says nothing: an operator may have begun to count again.
 */
function completedEarlier({ connections, job, runId }: Writer): Promise<Evidence | undefined> {
  return connections.with(reusedTargetRef(job.target, 'read'), async (client) => {
    const marker = await readMarker(client);
    if (marker?.runId !== runId || marker.state !== 'completed') return undefined;
    return readEvidenceOfMarker(client);
  });
}

/** A target that got its own rows back loses its marker: no second attempt could tell what the first had done. */
async function leavesAMarker({ store }: Resources, { backupId }: Job): Promise<boolean> {
  return (await store.manifest(backupId)).kind !== 'target';
}

type Comparing = Pick<Attempt, 'connections' | 'meter' | 'awaitSource'> &
  Pick<Verification, 'ownRun'>;

async function compare(
  resources: Resources,
  job: Job,
  { connections, meter, ownRun, awaitSource }: Comparing,
): Promise<Evidence> {
  const { store, settings } = resources;
  const manifest = await store.manifest(job.backupId);
  const sessions = sessionsOf(settings, job);
  const verification = { connections, meter, store, job, manifest, sessions, ownRun };
  return gatherEvidence(verification, sourceOf(resources, verification, awaitSource));
}

function sourceOf(
  { settings }: Resources,
  { connections, job, manifest }: Verification,
  awaitSource: Attempt['awaitSource'],
): WithSource {
  const { source } = job;
  if (source === undefined)
    return (use) => use({ client: undefined, read: () => Promise.resolve(new Map()) });
  return async (use) => {
    const { tenancy = settings.tenancy, scopes } = manifest;
    const asBackedUp = { ...settings, tenancy, scopes };
    const project = await projectOfPlan(connections, asBackedUp, { ...job, source });
    const databaseRef = { connection: project.source, access: 'read' } as const;
    const awaitTurn = (): Promise<void> => awaitSource(project.source);
    await awaitTurn();
    return connections.with(databaseRef, (client) =>
      transaction(client, 'read-snapshot', () =>
        use({ client, read: () => fingerprintSource(client, manifest, project, awaitTurn) }),
      ),
    );
  };
}
