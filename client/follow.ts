import { setTimeout as wait } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { endingOf, parkedReport, type Ending } from './ending';
import { FleetView } from './follow-fleet';
import type { Wishes } from './interrupt';
import type { Screen } from './progress/screen';
import { look, type Look } from './progress/watch';
import type { Session } from './session';

const LOOK_EVERY_MS = 300;
/** A Temporal server that is started again answers well within this. */
const SILENCE_MS = 60_000;
const UNSERVED_SECONDS = 10;

/** What following a run needs. */
export interface Following {
  readonly session: Session;
  readonly handle: WorkflowHandle;
  readonly wishes: Wishes;
  readonly screen: Screen;
}

/** Follows one run, or a fleet's run with its projects', to the end. */
export class Follower {
  readonly #following: Following;
  readonly #fleet: FleetView;
  #lastAnswer = Date.now();
  #isCancelled = false;

  constructor(following: Following) {
    this.#following = following;
    this.#fleet = new FleetView(following.session.client, following.screen);
  }

  /**
   * Resolves when the run has ended, is parked, or the person at the terminal lets go of it. Rejects
   * when Temporal does not answer for a minute or the worker of this process fails.
   */
  async ending(): Promise<Ending> {
    const { session, wishes, screen } = this.#following;
    try {
      for (;;) {
        const ending = await this.#lookForEnding();
        if (ending !== undefined) return ending;
        if (wishes.wish === 'detach') return { kind: 'detached' };
        await this.#cancelIfAsked();
        await Promise.race([wait(LOOK_EVERY_MS), wishes.changed(), session.broken]);
      }
    } finally {
      screen.end();
    }
  }

  async #lookForEnding(): Promise<Ending | undefined> {
    const { session, handle } = this.#following;
    try {
      const ending = await this.#endingAt(await look(session.client, handle));
      this.#lastAnswer = Date.now();
      return ending;
    } catch (error) {
      if (Date.now() - this.#lastAnswer > SILENCE_MS) throw error;
      return undefined;
    }
  }

  async #endingAt(now: Look): Promise<Ending | undefined> {
    const { handle, session, screen } = this.#following;
    screen.show(now);
    if (now.unserved > UNSERVED_SECONDS) {
      screen.sayOnce(
        `No worker takes up the run: does one poll the task queue "${session.taskQueue}"? Waiting for it.`,
      );
    }
    await this.#fleet.show(now);
    if (!now.isRunning) return endingOf(handle);
    return now.isParked ? parkedReport(handle) : undefined;
  }

  async #cancelIfAsked(): Promise<void> {
    const { handle, wishes, screen } = this.#following;
    if (wishes.wish !== 'cancel' || this.#isCancelled) return;
    this.#isCancelled = true;
    screen.say('Cancelling: what was written is being put back. Ctrl-C once more lets go of it.');
    await handle.cancel();
  }
}
