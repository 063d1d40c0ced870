import {
  defineQuery,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { causeOf, sentenceOf } from './failure-cause';
import type { StepResult } from '../domain/job';
import type { NextStep } from '../domain/next-steps';
import type { Plan, Problem } from '../domain/plan';
import type { Progress, StepProgress } from '../domain/progress';
import type { Outcome, Report, StepTiming } from '../domain/report';
import type { ProjectIdentity } from '../domain/request';
import type { Step } from '../domain/step-names';
import { refOfBackup } from '../domain/names';
import { detailsOf } from './current-details';
import { noteConnections, upsert, type NamedConnections } from './search-attributes';

/** Answers how far a run is, table by table. */
const progressQuery = defineQuery<Progress>('progress');

/** What a request says of its project; what it leaves out is known once a plan has resolved it. */
export interface Requested {
  readonly projectRef?: string | undefined;
  readonly databaseName?: string | undefined;
  readonly ownerUserId?: string | undefined;
  readonly backupId?: string | undefined;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/** What a run knows of itself while it goes; the query, the details and the report come from here. */
export class Run {
  readonly #steps = new Map<Step, StepProgress>();
  #requested: Requested = {};
  #project: Pick<Requested, keyof ProjectIdentity> = {};
  #backup: { readonly backupId?: string; readonly backupPath?: string } = {};
  #outcome = 'running';
  #notice: Progress['notice'];
  #awaited: Progress['awaited'];
  #warnings: readonly Problem[] = [];
  /** What is left to do by hand if the run succeeds. */
  #nextSteps: readonly NextStep[] = [];

  constructor(steps: readonly Step[]) {
    for (const step of steps) this.#steps.set(step, { step, state: 'waiting', tables: [] });
    setHandler(progressQuery, () => this.progress(), {
      description: 'How far the run is: steps with their times, and tables with rows and bytes.',
    });
  }

  /** Shows what the request names, until a plan has resolved it. */
  requested(request: Requested): void {
    const { databaseName, ownerUserId, backupId = '' } = request;
    const projectRef = request.projectRef ?? refOfBackup(backupId);
    this.#requested = request;
    this.#project = projectRef === undefined ? {} : { projectRef, databaseName, ownerUserId };
  }

  /** Makes the project and its connections known, once the plan has resolved them. */
  concerns(project: ProjectIdentity, connections: NamedConnections): void {
    this.#project = project;
    const { projectRef, databaseName, ownerUserId } = project;
    const names = { project: projectRef, database: databaseName, owner: ownerUserId };
    upsert({ ...names, outcome: 'running' });
    noteConnections(connections);
  }

  /** Lists the run by the names in its request, if no plan could resolve them. */
  listRequested(): void {
    const { projectRef, databaseName, ownerUserId } = this.#project;
    if (projectRef === undefined) return;
    upsert({ project: projectRef, database: databaseName, owner: ownerUserId });
    const { source, target } = this.#requested;
    if (source === undefined && target === undefined) return;
    noteConnections({ source, target });
  }

  /** Keeps what the plan says for the report. */
  planned({ warnings = [], nextSteps = [] }: Partial<Pick<Plan, 'warnings' | 'nextSteps'>>): void {
    this.#warnings = [...this.#warnings, ...warnings];
    this.#nextSteps = nextSteps;
  }

  backedUp(backupId: string, backupPath?: string): void {
    this.#backup = { backupId, ...(backupPath !== undefined && { backupPath }) };
  }

  /** Runs one step and keeps its times and its result; a failure is kept and thrown on. */
  async step<T>(
    step: Step,
    use: () => Promise<T>,
    describe: (result: T) => StepResult,
  ): Promise<T> {
    this.#set(step, { state: 'running', startedAt: now(), tables: [] });
    try {
      const result = await use();
      const { tables, note } = describe(result);
      this.#set(step, { state: 'done', finishedAt: now(), tables, note });
      return result;
    } catch (error) {
      this.#set(step, { state: 'failed', finishedAt: now(), note: sentenceOf(causeOf(error)) });
      throw error;
    }
  }

  /** Notes a step as done that there was nothing left for. */
  spared(step: Step, note: string): void {
    this.#set(step, { state: 'done', startedAt: now(), finishedAt: now(), tables: [], note });
  }

  /** Adds what a step found that stops nothing. */
  noted(found: readonly Problem[] = []): void {
    this.#warnings = [...this.#warnings, ...found];
  }

  /** Sets how the run ended. */
  ended(outcome: Outcome): void {
    this.#outcome = outcome;
    upsert({ outcome });
    this.#show();
  }

  /** Sets that the run ended and an operator is needed: why, in one sentence, and which command helps. */
  parked(why: string): void {
    const restore = `moveout restore-pending ${this.#project.projectRef ?? '<project>'}`;
    this.#notice = { why, restore, abandon: `${restore} --abandon --reason="..."` };
    this.ended('parked');
  }

  /** Sets that no worker of its host has started a step; the end of the step clears it. */
  awaits(awaited: Progress['awaited']): void {
    if (awaited === undefined && this.#awaited === undefined) return;
    this.#awaited = awaited;
    this.#show();
  }

  progress(): Progress {
    return {
      projectRef: this.#project.projectRef ?? '?',
      databaseName: this.#project.databaseName,
      backupId: this.#backup.backupId,
      outcome: this.#outcome,
      notice: this.#notice,
      awaited: this.#awaited,
      steps: [...this.#steps.values()],
      ...this.#leftToDo(this.#outcome),
    };
  }

  /** The report of a run that ends now. */
  report(outcome: Outcome, found: Partial<Report> = {}): Report {
    const report: Report = {
      projectRef: this.#project.projectRef ?? '?',
      databaseName: this.#project.databaseName,
      ownerUserId: this.#project.ownerUserId,
      ...this.#backup,
      outcome,
      tables: [],
      drift: [],
      problems: [],
      warnings: this.#warnings,
      ...this.#leftToDo(outcome),
      steps: this.#timings(),
      startedAt: workflowInfo().startTime.toISOString(),
      finishedAt: now(),
      ...found,
    };
    logEnd(report);
    return report;
  }

  #leftToDo(outcome: string): Pick<Report, 'nextSteps'> {
    const isDone = outcome === 'migrated' || outcome === 'verified';
    return isDone && this.#nextSteps.length > 0 ? { nextSteps: this.#nextSteps } : {};
  }

  #timings(): readonly StepTiming[] {
    return [...this.#steps.values()].flatMap(({ step, state, startedAt, finishedAt }) => {
      if (startedAt === undefined || finishedAt === undefined) return [];
      const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      return [
        { step, seconds, outcome: state === 'failed' ? ('failed' as const) : ('done' as const) },
      ];
    });
  }

  #set(step: Step, change: Partial<StepProgress>): void {
    const before = this.#steps.get(step) ?? { step, state: 'waiting', tables: [] };
    this.#steps.set(step, { ...before, ...change });
    this.#awaited = undefined;
    this.#show();
  }

  #show(): void {
    setCurrentDetails(detailsOf(this.progress()));
  }
}

/** One line for the worker's log; a replay writes none. */
function logEnd({ projectRef, databaseName, outcome, problems, backupId }: Report): void {
  const words = `${projectRef} ${outcome}`;
  const about = { projectRef, databaseName, backupId, outcome };
  const reasons = problems.map(({ code, message }) => `${code}: ${message}`);
  if (reasons.length === 0) log.info(words, about);
  else if (outcome === 'parked') log.error(words, { ...about, problems: reasons });
  else log.warn(words, { ...about, problems: reasons });
}

/** The workflow's own time: the same at every replay. */
function now(): string {
  return new Date().toISOString();
}
