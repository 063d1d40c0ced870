import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { BackupResult, Job, StepResult } from './domain/job';
import { backupIdOf } from './domain/names';
import type { Plan } from './domain/plan';
import type { Evidence, Report } from './domain/report';
import { causeOf, refused, restored } from './endings';
import type { Run } from './progress';
import { planning, working } from './steps';

const asItIs = (result: StepResult): StepResult => result;

/** The steps of a migration, bound to one run. Each gives what the next one needs. */
export class MigrationSteps {
  readonly #run: Run;
  #evidence: Evidence | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Plans; a plan with problems, or none at all, ends the run with nothing touched. */
  async plan(input: unknown): Promise<Plan> {
    const plan = await this.refusing(() =>
      this.#run.step(
        'planMigration',
        () => planning('look at source, target and backup directory').planMigration(input),
        describePlan,
      ),
    );
    this.#run.warnings = plan.warnings;
    this.#run.concerns(plan.project);
    if (plan.problems.length > 0) throw refused(this.#run, plan.problems);
    return plan;
  }

  /** Backs up; until its end nothing has been written anywhere but into a folder that a failure removes. */
  async backup(plan: Plan): Promise<BackupResult> {
    const { project, source, target, format } = plan;
    const backupId = this.#backupId(project.projectRef, 'project');
    return this.#untouched(async () => {
      const result = await this.#run.step(
        'backupProject',
        () =>
          working(`${project.projectRef} → ${backupId}`).backupProject({
            project,
            source,
            target,
            format,
            backupId,
          }),
        asItIs,
      );
      this.#run.backedUp(result.backupId, result.backupPath);
      return result;
    });
  }

  /** Saves what the target holds, where it holds anything, and says all that the writing steps need. */
  async saveTarget(plan: Plan, backup: BackupResult): Promise<Job> {
    const { project, target, targetBefore, extent, source, onDrift, unfinishedRun } = plan;
    const { createRoles } = plan;
    const job: Job = {
      project,
      backupId: backup.backupId,
      target,
      targetBefore,
      extent,
      createRoles,
      replacesRun: plan.replace ? unfinishedRun : undefined,
      sources: [source],
      source,
      onDrift,
    };
    if (targetBefore.kind !== 'filled') return job;
    const backupId = this.#backupId(project.projectRef, 'target');
    const order = { project, target, extent, format: plan.format, backupId };
    await this.#untouched(() =>
      working(`what ${target.database} holds → ${backupId}`).backupTarget(order),
    );
    return { ...job, targetBackupId: backupId };
  }

  async initSchema(job: Job): Promise<void> {
    const words = `${job.target.database}: schemas as in the source`;
    await this.#run.step('initSchema', () => working(words).initSchema(job), asItIs);
  }

  async migrateAuth(job: Job): Promise<void> {
    const words = `auth rows of ${job.backupId} → ${job.target.database}`;
    await this.#run.step('migrateAuth', () => working(words).migrateAuth(job), asItIs);
  }

  async migrateStorage(job: Job): Promise<void> {
    const words = `storage rows of ${job.backupId} → ${job.target.database}`;
    await this.#run.step('migrateStorage', () => working(words).migrateStorage(job), asItIs);
  }

  async finishSchema(job: Job): Promise<void> {
    const words = `${job.target.database}: keys, indexes, triggers, sequences, statistics`;
    await this.#run.step('finishSchema', () => working(words).finishSchema(job), asItIs);
  }

  /** Verifies and, when nothing differs, sets the completed mark. A difference is a failure of this step. */
  async verify(job: Job): Promise<Evidence> {
    const words = `${job.target.database} = ${job.backupId}?`;
    return this.#run.step(
      'verifyProject',
      async () => {
        const evidence = await working(words).verifyProject(job);
        this.#evidence = evidence;
        assertSound(evidence, job.onDrift);
        await working(`${job.target.database}: completed mark`).completeMigration(job);
        return evidence;
      },
      describeEvidence,
    );
  }

  /** What verification found, where it came so far. */
  evidence(): Partial<Report> {
    return this.#evidence === undefined
      ? {}
      : { tables: this.#evidence.tables, drift: this.#evidence.drift };
  }

  /** Runs the first steps, whose failures mean that the request could not be taken up. */
  async refusing<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      const { code, message } = causeOf(error);
      throw code === 'Cancelled' ? error : refused(this.#run, [{ code, message }]);
    }
  }

  /** A run that lost to another before it wrote anything was refused, not restored. */
  async #untouched<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      const { code, message } = causeOf(error);
      if (code === 'ProjectBusy') throw refused(this.#run, [{ code, message }]);
      const restore = {
        state: 'absent' as const,
        facts: ['the target had not been touched, the partial backup is gone'],
      };
      throw restored(this.#run, error, { restore });
    }
  }

  #backupId(projectRef: string, kind: 'project' | 'target'): string {
    return backupIdOf(projectRef, workflowInfo().startTime.getTime(), kind);
  }
}

/** Throws unless the target is what the backup says, and the source too where that was asked for. */
function assertSound(evidence: Evidence, onDrift: 'report' | 'fail'): void {
  if (evidence.differences.length > 0) {
    throw ApplicationFailure.nonRetryable(shorten(evidence.differences), 'VerificationFailed');
  }
  if (onDrift === 'report' || evidence.drift.length === 0) return;
  throw ApplicationFailure.nonRetryable(
    shorten(evidence.drift.map((drift) => drift.table)),
    'Drifted',
  );
}

/** A verification in counts and one line. */
export function describeEvidence(evidence: Evidence): StepResult {
  const equal = evidence.tables.filter((table) => table.equal).length;
  const drift =
    evidence.drift.length === 0 ? '' : `, ${String(evidence.drift.length)} drifted in the source`;
  return {
    tables: [],
    note: `${String(equal)} of ${String(evidence.tables.length)} tables equal${drift}`,
  };
}

/** The first few of many, for one line. */
export function shorten(words: readonly string[]): string {
  const more = words.length > 5 ? ` and ${String(words.length - 5)} more` : '';
  return `${words.slice(0, 5).join('; ')}${more}`;
}

function describePlan(plan: Plan): StepResult {
  const problems = plan.problems.length === 0 ? '' : `, ${String(plan.problems.length)} problems`;
  return {
    tables: [],
    note: `${String(plan.users)} users, ${String(plan.buckets)} buckets, target ${plan.targetBefore.kind}${problems}`,
  };
}
