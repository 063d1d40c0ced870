import { setTimeout as wait } from 'node:timers/promises';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { Ending } from './ending-kinds';
import { endingOf } from './ending';
import type { Wishes } from './interrupt';
import type { Screen } from './progress/screen';
import { look, type Look } from './progress/watch';
import type { Session } from './session';
import type { FleetProgress } from '../workflows/domain/fleet';
import { entryLine, migratedBeforeText, nothingToMove } from './progress/fleet-words';
import { count } from './progress/words';

const LOOK_EVERY_MS = 300;
/** A fleet is asked less often: its answer is long, and its worker has other things to do. */
const LOOK_AT_FLEET_EVERY_MS = 1_000;
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

/** Follows one run, of a project or of a fleet, to the end, also where it continues as new. */
export class Follower {
  readonly #following: Following;
  readonly #fleet: FleetView;
  #handle: WorkflowHandle;
  #pause = LOOK_EVERY_MS;
  #lastAnswer = Date.now();
  #isCancelled = false;

  constructor(following: Following) {
    this.#following = following;
    this.#handle = following.handle;
    this.#fleet = new FleetView(following.screen);
  }

  /**
   * Resolves when the run has ended, or the person at the terminal stops following it. Rejects
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
        await Promise.race([wait(this.#pause), wishes.changed(), session.broken]);
      }
    } finally {
      screen.end();
    }
  }

  async #lookForEnding(): Promise<Ending | undefined> {
    const { session } = this.#following;
    try {
      const ending = await this.#endingAt(await look(session.client, this.#handle));
      this.#lastAnswer = Date.now();
      return ending;
    } catch (error) {
      if (Date.now() - this.#lastAnswer > SILENCE_MS) throw error;
      return undefined;
    }
  }

  async #endingAt(now: Look): Promise<Ending | undefined> {
    const { session, screen } = this.#following;
    this.#handle = now.handle;
    screen.show(now);
    if (now.unserved > UNSERVED_SECONDS) {
      screen.sayOnce(
        `No worker is polling the task queue "${session.taskQueue}": waiting for one.`,
      );
    }
    if (now.fleet !== undefined) {
      this.#pause = LOOK_AT_FLEET_EVERY_MS;
      this.#fleet.show(now.fleet);
    }
    return now.isRunning ? undefined : endingOf(now.handle);
  }

  async #cancelIfAsked(): Promise<void> {
    const { wishes, screen } = this.#following;
    if (wishes.wish !== 'cancel' || this.#isCancelled) return;
    screen.sayOnce(
      'Cancelling: the target is being restored. Ctrl-C once more stops following the run.',
    );
    try {
      await this.#handle.cancel();
      this.#isCancelled = true;
    } catch (error) {
      // It has ended or continued as new in between: the next look tells which.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** Shows a fleet: what it is about, a line for each project that ends, and how far it is. */
export class FleetView {
  readonly #screen: Screen;
  #isIntroduced = false;
  #leftOutBefore = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Shows what is new. A large fleet lists only some of those that end, failed ones first of all. */
  show(fleet: FleetProgress): void {
    if (!this.#isIntroduced && fleet.state !== 'freezing') this.#introduce(fleet);
    for (const entry of fleet.projects) this.#screen.sayOnce(`  ${entryLine(entry)}`);
    if (this.#isIntroduced && fleet.leftOut > this.#leftOutBefore) {
      this.#screen.sayOnce(
        '  More projects have ended than are listed one by one; the counts include all of them.',
      );
    }
    this.#screen.showFleet(fleet);
  }

  #introduce(fleet: FleetProgress): void {
    const { fleetId, total, counts, leftOut, retried = [], migratedBefore } = fleet;
    this.#isIntroduced = true;
    this.#leftOutBefore = leftOut;
    const before = counts['already-migrated'];
    const done =
      before === 0 ? '' : `, ${count(before)} ${before === 1 ? 'is' : 'are'} migrated already`;
    this.#screen.say(`${fleetId}: ${nothingToMove(fleet) ?? `${count(total)} to move${done}`}`);
    const from = migratedBeforeText(migratedBefore);
    if (from !== '') for (const line of from.split('\n')) this.#screen.say(`  ${line}`);
    for (const { projectRef, reason } of retried) {
      this.#screen.say(`  again: ${projectRef}, last ${reason}`);
    }
    const more = total - retried.length;
    if (retried.length > 0 && more > 0) this.#screen.say(`  again: ${count(more)} more`);
  }
}
