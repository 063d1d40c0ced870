import type { Client } from '../postgres/session/database-client';
import type { Job } from '../../workflows/domain/job';
import type { Step } from '../../workflows/domain/step-names';
import { attempt, type Attempt } from './attempt';
import { failure } from './failure';
import { readIdentity, sameDatabase, findDatabase } from '../postgres/catalog/databases';
import {
  assertToken,
  lockTokenForShare,
  advanceToken,
  projectBusy,
  endOtherAttempts,
  tryLock,
  assertLeaseHeld,
  readMarker,
  type Marker,
  findLocking,
} from '../postgres/lease';
import { reusedTargetRef, lockDatabaseRef, targetRef, serverRef } from '../postgres/database';
import { transaction } from '../postgres/session/transaction';
import type { Resources } from './resources';
import { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { Connections } from '../postgres/session/connections';

/** One attempt of a writing step, alone with its project and its target. */
export interface Writer extends Attempt {
  readonly job: Job;
  readonly resources: Resources;
}

/** A session in the target behind the fence. */
export interface FencedTarget {
  readonly client: Client;
  /** The steps that the marker says are done. */
  readonly steps: readonly string[];
  /** Runs one write transaction; it cannot commit once a later attempt has taken over. */
  readonly write: <T>(use: () => Promise<T>) => Promise<T>;
}

/**
 * Runs a writing step as the run that the job belongs to, alone with its project and its database until
 * the step is over.
 */
export async function withExclusiveLease<T>(
  resources: Resources,
  { step, job }: { readonly step: Step; readonly job: Job },
  use: (writer: Writer) => Promise<T>,
): Promise<T> {
  const { project, insteadOf } = job;
  const source = job.source?.connection;
  const identity = { step, projectRef: project.projectRef, insteadOf, source };
  return attempt(resources, identity, (current) =>
    takeLease(current, job, (connections) => use({ ...current, connections, job, resources })),
  );
}

/** Opens the target behind the fence; refuses a target that is a source, whatever its name. */
export async function withFencedTarget<T>(
  { connections, job, runId }: Writer,
  use: (target: FencedTarget) => Promise<T>,
): Promise<T> {
  return connections.with(reusedTargetRef(job.target, 'write'), async (client) => {
    await assertNoSource(client, job);
    const { fencingToken, steps } = await advanceToken(client, runId);
    const write = async <R>(inside: () => Promise<R>): Promise<R> =>
      transaction(
        client,
        { mode: 'write', first: [lockTokenForShare(runId, fencingToken)] },
        async ([held]) => {
          assertToken(held);
          return inside();
        },
      );
    return use({ client, steps, write });
  });
}

/** Fails before anything is written when the session is in a database that is only ever read. */
export async function assertNoSource(client: Client, job: Job): Promise<void> {
  const here = await readIdentity(client, job.target.connection);
  if (!job.sources.some((source) => sameDatabase(source, here))) return;
  throw failure('TargetIsSource', `database "${here.database}" is a source; it is only read`);
}

/**
 * Asks Temporal whether this attempt is still the current one; throws if it is not. Called while a
 * session is already open: a later attempt begins after the answer, finds that session and ends it,
 * so an attempt that passes here cannot write late.
 */
async function assertStillCurrent(): Promise<void> {
  const { client, info } = Context.current();
  try {
    await client.activity.heartbeat(info.taskToken, info.heartbeatDetails);
  } catch (error) {
    if (error instanceof ActivityNotFoundError)
      throw failure('Fenced', 'Temporal has given up on this attempt');
    if (error instanceof ActivityCancelledError)
      throw new CancelledFailure('the step was cancelled before it wrote anything');
    throw failure('ServerUnavailable', 'the Temporal server does not answer');
  }
}

/**
 * Runs `use` as the only attempt of its run that can still finish: it ends the sessions of other attempts and
 * locks the project and its database against writers. `assertOurs` throws once a successor has taken over.
 */
export async function withSharedLease<T>(
  { connections, runId }: Attempt,
  { project, target }: Pick<Job, 'project' | 'target'>,
  use: (assertOurs: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return connections.with(lockDatabaseRef(target.connection, target), async (lock) => {
    await assertStillCurrent();
    await endOtherAttempts(lock, [runId]);
    if (!(await tryLock(lock, project, 'shared'))) throw projectBusy(project);
    // A session that has been ended answers nothing any more.
    return use(async () => {
      await lock.query('SELECT');
    });
  });
}

/**
 * Runs `use` with an exclusive lease: ends the sessions of other attempts of the run (and of the run it replaces),
 * takes the locks of the project and of the database, and ends those sessions again, as one may have been opened
 * in between. The sessions that `use` gets can write only until a successor takes over in the same way.
 */
export async function takeLease<T>(
  { connections, runId }: Attempt,
  { project, target, replacesRun }: Pick<Job, 'project' | 'target' | 'replacesRun'>,
  use: (connections: Connections) => Promise<T>,
): Promise<T> {
  return connections.with(lockDatabaseRef(target.connection, target), async (lock) => {
    await assertStillCurrent();
    const runs = replacesRun === undefined ? [runId] : [runId, replacesRun];
    await endOtherAttempts(lock, runs);
    if (!(await tryLock(lock, project, 'exclusive'))) {
      throw failure(
        'LockHeld',
        `another run holds the lock of project "${project.projectRef}" or database "${project.databaseName}"`,
      );
    }
    const session = await endOtherAttempts(lock, runs);
    return use(connections.guarded((client) => assertLeaseHeld(client, session)));
  });
}

/**
 * Runs one write transaction in a target that carries this run's marker; elsewhere it does nothing. Answers
 * whether it ran.
 */
export async function withOwnTarget(
  writer: Writer,
  use: (client: Client) => Promise<void>,
): Promise<boolean> {
  if ((await readOwnMarker(writer)) === undefined) return false;
  await writer.connections.with(targetRef(writer.job.target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, writer.job);
      await advanceToken(client, writer.runId, 'any');
      await use(client);
    }),
  );
  return true;
}

/** The marker that this run left in the target; `undefined` if the target is absent or not this run's. */
export async function readOwnMarker({
  connections,
  job,
  runId,
}: Writer): Promise<Marker | undefined> {
  const { connection, database } = job.target;
  const entry = await connections.with(serverRef(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined) return undefined;
  const marker = await connections.with(targetRef(job.target, 'read'), readMarker);
  return marker?.runId === runId && marker.databaseOid === entry.oid ? marker : undefined;
}

/**
 * Refuses while another run is writing for this project or into this database. Asked first: a look into
 * the target would wait for that run's own locks. Takes no lock: plans together do not refuse each other.
 */
export async function assertNoLeaseHeld(
  connections: Connections,
  names: {
    readonly connection: string;
    readonly projectRef: string;
    readonly databaseName: string;
  },
): Promise<void> {
  const locking = await connections.with(serverRef(names.connection), (client) =>
    findLocking(client, names),
  );
  if (locking !== undefined) throw projectBusy(names, locking);
}
