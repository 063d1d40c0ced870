/**
 * The lease: the right of one attempt to a project and its target. Temporal may start a second attempt
 * while the first one still runs (a worker that was cut off, a process that was stopped for a while), and
 * two Temporal servers may migrate into the same PostgreSQL. The database alone decides who may write.
 *
 * What stops a late writer, in the order in which an attempt meets it:
 *
 * 1. Locks. Two advisory locks, one for the project and one for the database name, are held by a session
 *    of the attempt in the target server's lock database. A writing step takes them exclusively; a backup
 *    shares them with other readers. They end with their session, so a dead worker blocks nobody.
 * 2. Temporal is asked, after that session is open and before it locks anything, whether it still waits
 *    for this attempt. A later attempt starts after the answer, finds the session, and ends it.
 * 3. The sessions of all other attempts of the run (and of the run that this one replaces) are ended, once
 *    before the locks are taken and once after, for one that was opened in between. All sessions of a
 *    run have its mark in `application_name`.
 * 4. A guard runs in each session of the attempt before it is used: it fails unless the session of the
 *    locks is still there. So a session that is opened late can do nothing.
 * 5. The fencing token, a number in the target's marker. An attempt that is going to write to the target
 *    increases it first; each write transaction, on whichever of the attempt's sessions, locks the marker with
 *    that number until it commits, and fails if a later attempt has increased it.
 * 6. The marker, the one row of `moveout.migration` in the target, names the run. A run whose name is not
 *    in it (any more) cannot increase the token, and writes nothing.
 *
 * What an attempt is told if it may not write:
 * - `ProjectBusy`: another run works on this project. Nothing has been touched yet, so the run ends here.
 * - `LockHeld`: a step that has to write waits for the locks by trying again, since the other run ends; it
 *   also fails an attempt that has lost its locks, or cannot end an earlier one.
 * - `Fenced`: a later attempt or another run has the target, or Temporal waits for this attempt no more.
 */
import { Context } from '@temporalio/activity';
import { ActivityCancelledError, ActivityNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import type { Job } from '../../workflows/domain/job';
import type { Step } from '../../workflows/domain/step-names';
import { findDatabase, readIdentity, sameDatabase } from '../postgres/catalog/databases';
import { lockDatabaseRef, reusedTargetRef, serverRef, targetRef } from '../postgres/database';
import {
  advanceToken,
  assertLeaseHeld,
  assertToken,
  endOtherAttempts,
  findLocking,
  lockTokenForShare,
  readMarker,
  tryLock,
  type Locking,
  type LockNames,
  type Marker,
} from '../postgres/lease';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import { transaction } from '../postgres/session/transaction';
import { attempt, type Attempt } from './attempt';
import { failure } from './failure';
import type { Resources } from './resources';

/**
 * Runs `use` while no other run can write to the project or its database, as the only attempt of its run
 * that can still finish. Readers of other runs are let in. `assertOurs` throws if a later attempt has
 * ended this one's session.
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

/** One attempt of a writing step that has the lease of its project and its target. */
export interface Writer extends Attempt {
  readonly job: Job;
  readonly resources: Resources;
}

/** Runs a writing step of the run that the job belongs to, with the lease held until the step is over. */
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

/**
 * Runs `use` with the lease held: points 1 to 4 above. Each session that `use` gets is guarded, so it can
 * be used only until another attempt has taken the lease in the same way.
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

/** A session in the target, of an attempt that has increased the fencing token. */
export interface FencedSession {
  readonly client: Client;
  /** Runs one write transaction; it cannot commit if a later attempt has increased the token. */
  readonly write: <T>(use: () => Promise<T>) => Promise<T>;
}

/** The target, and the first of the attempt's sessions in it. */
export interface FencedTarget extends FencedSession {
  /** The steps that the marker says are done. */
  readonly steps: readonly string[];
  /** Runs `use` with this session and as many others as make up the number, all under the same token. */
  readonly sideBySide: <T>(
    count: number,
    use: (sessions: readonly FencedSession[]) => Promise<T>,
  ) => Promise<T>;
}

/**
 * Opens the target that carries this run's marker for a step of the running migration: points 5 and 6
 * above. Refuses a target that is a source, whatever its name.
 */
export async function withFencedTarget<T>(
  writer: Writer,
  use: (target: FencedTarget) => Promise<T>,
): Promise<T> {
  const { connections, job, runId } = writer;
  const databaseRef = reusedTargetRef(job.target, 'write');
  return connections.with(databaseRef, async (client) => {
    await assertNoSource(client, job);
    const { fencingToken, steps } = await advanceToken(client, runId);
    const first = fencedSession(client, runId, fencingToken);
    const sideBySide: FencedTarget['sideBySide'] = (count, together) => {
      const join = (sessions: readonly FencedSession[]): ReturnType<typeof together> => {
        if (sessions.length >= count) return together(sessions);
        return connections.with(databaseRef, async (other) => {
          await assertNoSource(other, job);
          return join([...sessions, fencedSession(other, runId, fencingToken)]);
        });
      };
      return join([first]);
    };
    return use({ ...first, steps, sideBySide });
  });
}

function fencedSession(client: Client, runId: string, fencingToken: number): FencedSession {
  const first = [lockTokenForShare(runId, fencingToken)];
  return {
    client,
    write: (use) =>
      transaction(client, { mode: 'write', first }, async ([held]) => {
        assertToken(held);
        return use();
      }),
  };
}

/**
 * Runs the one write transaction of a restore in a target that carries this run's marker, unless it is abandoned; the
 * caller has read it by `readOwnMarker`. The token is increased in the same transaction, which fails if
 * the marker is no longer this run's.
 */
export async function withOwnTarget(
  { connections, job, runId }: Writer,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  await connections.with(targetRef(job.target, 'write'), (client) =>
    transaction(client, 'write', async () => {
      await assertNoSource(client, job);
      await advanceToken(client, runId, 'not abandoned');
      await use(client);
    }),
  );
}

/**
 * Reads the marker that this run left in the target; `undefined` if the target is absent, or carries none
 * or another run's, or is invalid. A copy of the database carries the same marker, but has another oid.
 */
export async function readOwnMarker({
  connections,
  job,
  runId,
}: Writer): Promise<Marker | undefined> {
  const { connection, database } = job.target;
  const entry = await connections.with(serverRef(connection), (client) =>
    findDatabase(client, database),
  );
  if (entry === undefined || entry.isInvalid) return undefined;
  const marker = await connections.with(targetRef(job.target, 'read'), readMarker);
  return marker?.runId === runId && marker.databaseOid === entry.oid ? marker : undefined;
}

/**
 * Refuses a plan while another run writes for this project or into this database. Asked before the target
 * is looked at, which would wait for that run's locks. Takes no lock: plans do not refuse each other.
 */
export async function assertNoLeaseHeld(
  connections: Connections,
  project: LockNames & { readonly target: string },
): Promise<void> {
  const locking = await connections.with(serverRef(project.target), (client) =>
    findLocking(client, project),
  );
  if (locking !== undefined) throw projectBusy(project, locking);
}

/** Fails before anything is written if the session is in a source: that is only read. */
export async function assertNoSource(client: Client, job: Job): Promise<void> {
  const here = await readIdentity(client, job.target.connection);
  if (!job.sources.some((source) => sameDatabase(source, here))) return;
  throw failure('TargetIsSource', `database "${here.database}" is a source; it is only read`);
}

/** Asks Temporal whether it still waits for this attempt; throws if not. The lock session must be open. */
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

function projectBusy({ projectRef, databaseName }: LockNames, locking?: Locking): Error {
  const who =
    locking === undefined
      ? ''
      : `: session "${locking.name}" (process ${String(locking.pid)} of the server, since ${locking.since})`;
  return failure(
    'ProjectBusy',
    `another run works on project "${projectRef}" or on database "${databaseName}"${who}`,
  );
}
