import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { describeEvidence, truncate } from './run/current-details';
import type { Interrupted } from './domain/interrupted';
import type { BackupResult, Job, SchemaResult, StepResult } from './domain/job';
import { backupIdOf } from './domain/names';
import type { Plan, Problem } from './domain/plan';
import type { Evidence, Report, RestoreProof } from './domain/report';
import { unsoundIn } from './domain/report';
import type { Step } from './domain/step-names';
import { working, type Placed, type Use } from './activity-options';
import { causeOf, endOfStep } from './run/failure-cause';
import { discardBackups, restoreInPlaceOf, type Begun } from './compensation';
import { refused, refusedOnceRestored, restored } from './run/outcomes';
import type { Run } from './run/run';

const asItIs = <T extends StepResult>(result: T): T => result;

/** What plans of every kind say. */
type AnyPlan = Pick<Plan, 'project' | 'target' | 'problems' | 'pending'> &
  Partial<Pick<Plan, 'sources' | 'warnings' | 'nextSteps'>> & {
    readonly source?: Plan['source'] | undefined;
    readonly backupId?: string | undefined;
  };

/** The steps of a migration, bound to one run. Each gives what the next one needs. */
export class MigrationSteps {
  readonly #run: Run;
  #evidence: Evidence | undefined;
  /** What proves that a closed run of the project was restored before this one planned again. */
  #restoredFirst: RestoreProof | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  /**
   * Plans; a plan with problems, or none at all, ends the run with nothing touched. If a closed run has left something
   * in the target, that is restored first, and the plan made again; a run that is refused then ends as restored.
   */
  async plan<P extends AnyPlan>(
    use: () => Promise<P>,
    describe: (plan: P) => StepResult,
  ): Promise<P> {
    const make = (): Promise<P> =>
      this.refusing(() => this.#run.step('planMigration', use, describe));
    let plan = await make();
    if (plan.pending !== undefined) {
      await this.#restoreFirst(plan.pending);
      plan = await make();
    }
    const { project, source, sources, target, backupId, problems } = plan;
    this.#run.planned(plan);
    const from = sources?.[0] ?? source;
    this.#run.concerns(project, { source: from?.connection, target: target.connection });
    if (backupId !== undefined) this.#run.backedUp(backupId);
    if (problems.length > 0) throw this.#refused(problems);
    return plan;
  }

  async #restoreFirst(pending: Interrupted): Promise<void> {
    const { project, source, target, workflowId, runId, how, left } = pending;
    this.#run.concerns(project, { source, target: target.connection });
    const what = `${workflowId} (run ${runId}) was ${how}; it left ${left.join(', ')}`;
    const cause = { code: 'Interrupted', message: what } as const;
    const proof = await restoreInPlaceOf(pending, this.#run, cause);
    const facts = proof?.facts.join('; ') ?? 'nothing was in the target';
    this.#restoredFirst = proof;
    this.#run.noted([{ code: 'restored-first', message: `${what}. Restored first: ${facts}` }]);
  }

  #refused(problems: readonly Problem[]): Error {
    const restore = this.#restoredFirst;
    return restore === undefined
      ? refused(this.#run, problems)
      : refusedOnceRestored(this.#run, problems, restore);
  }

  /** Backs up; until its end nothing has been written anywhere but into a folder that a failure removes. */
  async backup(plan: Plan): Promise<BackupResult> {
    const { project, source, target, format, timing, host, jobs, tables } = plan;
    const backupId = this.#backupId(project.projectRef, 'project');
    const begun = { project, source: source.connection, target, timing, host };
    return this.untouched({ ...begun, backupIds: [backupId] }, async () => {
      const result = await this.#run.step(
        'backupProject',
        () =>
          this.#working(`${project.projectRef} → ${backupId}`, plan, (activities) =>
            activities.backupProject({
              project,
              source,
              target,
              format,
              jobs,
              backupId,
              holding: tables.flatMap(({ table, rows = 0 }) => (rows > 0 ? [table] : [])),
            }),
          ),
        asItIs,
      );
      this.#run.backedUp(result.backupId, result.backupPath);
      return result;
    });
  }

  /** Saves what the target holds, if it holds anything, and says all that the writing steps need. */
  async saveTarget(plan: Plan, backup: BackupResult): Promise<Job> {
    const { project, target, targetBefore, extent, source, onDrift, unfinishedRun } = plan;
    const { createRoles, leftOutSettings, unreached, markerBefore, timing, host, jobs } = plan;
    const job: Job = {
      project,
      backupId: backup.backupId,
      target,
      targetBefore,
      extent,
      createRoles,
      leftOutSettings,
      unreached,
      timing,
      host,
      jobs,
      markerBefore,
      replacesRun: plan.replace ? unfinishedRun : undefined,
      sources: plan.sources ?? [source],
      source,
      onDrift,
    };
    if (targetBefore.kind !== 'filled') return job;
    const backupId = this.#backupId(project.projectRef, 'target');
    const order = { project, target, extent, format: plan.format, backupId, jobs };
    await this.untouched({ project, target, timing, host, backupIds: [backupId] }, () =>
      this.#working(`what ${target.database} holds → ${backupId}`, plan, (activities) =>
        activities.backupTarget(order),
      ),
    );
    return { ...job, targetBackupId: backupId };
  }

  async initSchema(job: Job): Promise<SchemaResult> {
    const words = `${job.target.database}: schemas as in the source`;
    return this.#step('initSchema', words, job, (activities) => activities.initSchema(job));
  }

  async migrateAuth(job: Job): Promise<void> {
    const words = `auth rows of ${job.backupId} → ${job.target.database}`;
    await this.#step('migrateAuth', words, job, (activities) => activities.migrateAuth(job));
  }

  async migrateStorage(job: Job): Promise<void> {
    const words = `storage rows of ${job.backupId} → ${job.target.database}`;
    await this.#step('migrateStorage', words, job, (activities) => activities.migrateStorage(job));
  }

  /** Completes the schema; in a clone it was whole, and the rows were finished as they were loaded. */
  async finishSchema(job: Job, made: Partial<SchemaResult> = {}): Promise<void> {
    if (made.cloned === true) {
      this.#run.spared('finishSchema', 'done with the rows: the schema was cloned whole');
      return;
    }
    const words = `${job.target.database}: keys, indexes, triggers, sequences, statistics`;
    await this.#step('finishSchema', words, job, (activities) => activities.finishSchema(job));
  }

  /** Loads every table of a backup. */
  async restoreRows(job: Job): Promise<void> {
    const words = `${job.backupId} → ${job.target.database}`;
    await this.#step('restoreProject', words, job, (activities) => activities.restoreRows(job));
  }

  /** Compares, and writes nothing. */
  async compare(job: Job): Promise<Evidence> {
    const words = `${job.target.database} = ${job.backupId}?`;
    const use = (): Promise<Evidence> =>
      this.#working(words, job, (activities) => activities.verifyProject(job));
    const evidence = await this.#run.step('verifyProject', use, describeEvidence);
    this.#run.noted(evidence.notes);
    return evidence;
  }

  /** Verifies and, when nothing differs, sets the completed marker, or removes the marker if there was none. A difference is a failure of this step. */
  async verify(job: Job): Promise<Evidence> {
    const words = `${job.target.database} = ${job.backupId}?`;
    return this.#run.step(
      'verifyProject',
      async () => {
        const verified = await this.#working(words, job, (activities) =>
          activities.verifyProject(job, 'complete'),
        );
        this.#evidence = verified;
        this.#run.noted(verified.notes);
        assertSound(verified, job.onDrift);
        if (verified.completed !== true) await this.#removeMarker(job);
        return verified;
      },
      describeEvidence,
    );
  }

  /** What verification found, if it came so far. */
  evidence(): Partial<Report> {
    return this.#evidence === undefined
      ? {}
      : { tables: this.#evidence.tables, drift: this.#evidence.drift };
  }

  /**
   * Runs the first steps, whose failures mean that the request could not be accepted. If the run is cancelled
   * meanwhile, it ends here, although such a step may have come to its end.
   */
  async refusing<T>(use: () => Promise<T>): Promise<T> {
    try {
      const result = await use();
      if (CancellationScope.current().consideredCancelled)
        throw new CancelledFailure('the run was cancelled while it planned');
      return result;
    } catch (failed) {
      const error = endOfStep(failed);
      const { code, message } = causeOf(error);
      const restore = this.#restoredFirst;
      if (code === 'Cancelled')
        throw restore === undefined ? error : restored(this.#run, error, { restore });
      this.#run.listRequested();
      throw this.#refused([{ code, message }]);
    }
  }

  /**
   * Runs what writes into the backup directory only. What it began there is removed when it fails; a
   * run that lost to another was refused, not restored.
   */
  async untouched<T>(begun: Begun, use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (failed) {
      const error = endOfStep(failed);
      const cause = causeOf(error);
      const kept = await discardBackups(this.#run, begun, cause);
      if (cause.code === 'ProjectBusy') throw this.#refused([cause]);
      const backups =
        kept.length > 0 ? `${kept.join(', ')} is whole and stays` : 'the backup it began is gone';
      const facts = [`the target had not been touched, ${backups}`];
      throw restored(this.#run, error, { restore: { state: 'absent', facts } });
    }
  }

  #removeMarker(job: Job): Promise<void> {
    const words = `${job.target.database}: no marker, it has its own rows again`;
    return this.#working(words, job, (activities) => activities.removeMarker(job));
  }

  #step<T extends StepResult>(step: Step, summary: string, job: Job, use: Use<T>): Promise<T> {
    return this.#run.step(step, () => this.#working(summary, job, use), asItIs);
  }

  #working<T>(summary: string, placed: Placed, use: Use<T>): Promise<T> {
    return working(summary, placed, use, this.#run);
  }

  #backupId(projectRef: string, kind: 'project' | 'target'): string {
    return backupIdOf(projectRef, workflowInfo().startTime.getTime(), kind);
  }
}

/** Throws unless the target is what the backup says, and the source too if that was asked for. */
function assertSound(evidence: Evidence, onDrift: Job['onDrift']): void {
  const unsound = unsoundIn(evidence, onDrift);
  if (unsound === undefined) return;
  throw ApplicationFailure.nonRetryable(truncate(unsound.words), unsound.code);
}
