import type { Client } from '../postgres/database-client';
import type { Job } from '../../workflows/domain/job';
import type { Step } from '../../workflows/domain/steps';
import { attempt, type Attempt } from '../attempt';
import { failure } from '../failure';
import { readIdentity, sameDatabase } from '../postgres/catalog/identity';
import { assertToken, lockTokenForShare, advanceToken } from '../postgres/fence';
import { reusedTargetRef } from '../postgres/maintenance';
import { transaction } from '../postgres/transaction';
import type { Resources } from '../resources';
import { takeLease } from './take-over';

/** One attempt of a writing step, alone with its project and its target. */
export interface Writer extends Attempt {
  readonly job: Job;
  readonly resources: Resources;
}

/** A session in the target behind the fence. */
export interface FencedTarget {
  readonly client: Client;
  /** The steps that the mark says are done. */
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
  const whose = { step, projectRef: project.projectRef, insteadOf, source };
  return attempt(resources, whose, (current) =>
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
    const { epoch, steps } = await advanceToken(client, runId);
    const write = async <R>(inside: () => Promise<R>): Promise<R> =>
      transaction(
        client,
        { mode: 'write', first: [lockTokenForShare(runId, epoch)] },
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
