import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { endingOfChild } from '../child-ending';
import type { FleetEntry, FleetProject, Running } from '../domain/fleet';
import { migrationWorkflowId } from '../domain/names';
import { busy, entryOf, startMigration, type ChildOptions } from './start-child';

/** The migrations of a fleet that are under way in its present run. */
export class Underway {
  readonly #options: ChildOptions;
  readonly #projects = new Map<FleetProject, Running>();
  readonly #begun = new Set<FleetProject>();
  #started = 0;
  #active = 0;
  #busySince = 0;
  #isCancelling = false;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#projects.size;
  }

  /** How many were started in this run. */
  get started(): number {
    return this.#started;
  }

  get projects(): readonly FleetProject[] {
    return [...this.#projects.keys()];
  }

  get running(): readonly Running[] {
    return [...this.#projects.values()];
  }

  /** Milliseconds of this run in which anything was under way. */
  get active(): number {
    return this.#active + (this.count > 0 ? Date.now() - this.#busySince : 0);
  }

  /** Resolves with how the project ended, however it did. */
  async begin(project: FleetProject): Promise<FleetEntry> {
    this.#enter(project);
    try {
      const child = await startMigration(project, this.#options);
      if (child === undefined) return busy(project);
      this.#begun.add(project);
      if (this.#isCancelling) await cancel(project);
      return entryOf(project, await endingOfChild(child));
    } finally {
      this.#leave(project);
    }
  }

  /** Asks every migration under way, and every one that is just being started, to cancel. */
  async cancelAll(): Promise<void> {
    this.#isCancelling = true;
    await Promise.all([...this.#begun].map(cancel));
  }

  #enter(project: FleetProject): void {
    if (this.count === 0) this.#busySince = Date.now();
    this.#started += 1;
    const workflowId = migrationWorkflowId(project.ref);
    const startedAt = new Date().toISOString();
    this.#projects.set(project, { projectRef: project.ref, workflowId, startedAt });
  }

  #leave(project: FleetProject): void {
    this.#projects.delete(project);
    this.#begun.delete(project);
    if (this.count === 0) this.#active += Date.now() - this.#busySince;
  }
}

/** A child that closes by itself in this moment cannot be cancelled any more. */
async function cancel({ ref }: FleetProject): Promise<void> {
  try {
    await getExternalWorkflowHandle(migrationWorkflowId(ref)).cancel();
  } catch (error) {
    log.warn('a migration could not be cancelled', { projectRef: ref, error: String(error) });
  }
}
