import type { Client, WorkflowHandle } from '@temporalio/client';
import type { FleetEntry } from '../workflows/domain/fleet';
import { look, type Look } from './progress/watch';
import { count } from './progress/words';
import type { Screen } from './progress/screen';

/** Shows a fleet's projects one after another, each with its steps, as their turn comes. */
export class FleetView {
  readonly #client: Client;
  readonly #screen: Screen;
  #child: WorkflowHandle | undefined;

  constructor(client: Client, screen: Screen) {
    this.#client = client;
    this.#screen = screen;
  }

  /** Shows what is new. */
  async show(now: Look): Promise<void> {
    if (this.#child !== undefined && this.#child.workflowId !== now.child)
      await this.#finish(this.#child);
    for (const entry of now.fleet ?? []) this.#screen.sayOnce(entryLine(entry));
    if (now.child === undefined) return;
    this.#child ??= this.#begin(now.child);
    this.#screen.show(await look(this.#client, this.#child));
  }

  #begin(workflowId: string): WorkflowHandle {
    this.#screen.say(workflowId.replace('migrate-project/', ''));
    return this.#client.workflow.getHandle(workflowId);
  }

  async #finish(child: WorkflowHandle): Promise<void> {
    this.#child = undefined;
    this.#screen.show(await look(this.#client, child));
    this.#screen.turn();
  }
}

function entryLine({ projectRef, databaseName, outcome, rows }: FleetEntry): string {
  const moved = outcome === 'migrated' ? `, ${count(rows ?? 0)} rows` : '';
  return `${projectRef} → ${databaseName}: ${outcome}${moved}`;
}
