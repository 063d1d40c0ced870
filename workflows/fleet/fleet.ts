import { condition, setCurrentDetails } from '@temporalio/workflow';
import { causeOf, sentenceOf } from '../run/failure-cause';
import type { FleetProgress, FleetProject, FleetState } from '../domain/fleet';
import { changedLimits, type LimitsChange } from '../domain/limits';
import type { ChildOptions } from './start-child';
import type { Steered } from './updates';
import { detailsOf } from './details';
import { Hours } from './window';
import { List, type Demand } from './project-queue';
import { progressOf } from './progress';
import { FleetRecord } from './journal';
import { areCanariesWell, withEnding, type Standing } from './state';
import { stopOf, type Stop } from './failure-limits';
import { Underway } from './running-children';

/** How a run of a fleet ends: the fleet is over, or its history is long enough. */
export type RunEnding = 'over' | 'continue';

/** Starts the projects of a frozen list as the limits let it, and counts how they end. */
export class Fleet implements Steered {
  readonly #list: List;
  readonly #underway: Underway;
  readonly #record: FleetRecord;
  readonly #hours = new Hours();
  #standing: Standing;
  #isLong = false;
  #isOver = false;
  /** Grows whenever something happens that may let a project start or the fleet end. */
  #wakes = 0;
  #broken: { readonly error: unknown } | undefined;

  constructor(standing: Standing, options: Omit<ChildOptions, 'fleetId'>) {
    const { frozen, cursor, waiting, part } = standing;
    this.#standing = standing;
    this.#list = new List(frozen, cursor, waiting);
    this.#record = new FleetRecord(frozen, part);
    this.#underway = new Underway({ ...options, fleetId: frozen.fleetId });
  }

  /** All that the next run, or the report, has to know. */
  get standing(): Standing {
    const { pace } = this.#standing;
    const { cursor, waiting } = this.#list;
    const active = pace.active + this.#underway.active;
    return {
      ...this.#standing,
      cursor,
      waiting,
      part: this.#record.part,
      pace: { ...pace, active },
    };
  }

  get isEnding(): boolean {
    return this.#isOver || this.#standing.stop !== undefined;
  }

  get isPaused(): boolean {
    return this.#standing.isPaused;
  }

  /**
   * Runs until nothing is left to start and nothing runs any more, or until `isLong` says of the number
   * of children that the history should go no further; what runs then is awaited first.
   */
  async run(isLong: (children: number) => boolean): Promise<RunEnding> {
    for (;;) {
      const wakes = this.#wakes;
      this.#isLong = isLong(this.#underway.started);
      const next = await this.#next();
      if (next !== undefined) {
        this.#start(next);
        continue;
      }
      const ending = await this.#ending();
      if (ending !== undefined) return ending;
      this.#show();
      await this.#wakened(wakes);
    }
  }

  /** Starts nothing more; with `cancelRunning` what runs is cancelled, and so restored. */
  async cancel(cancelRunning: boolean): Promise<void> {
    this.#stop({ why: 'the fleet was cancelled', isFailure: false });
    if (cancelRunning) await this.#underway.cancelAll();
  }

  progress(): FleetProgress {
    const state = this.#state();
    const opensAt = state === 'outside its window' ? this.#opensAt() : undefined;
    const progress = progressOf(this.standing, state, this.#underway.running);
    if (opensAt === undefined) return progress;
    return { ...progress, opensAt: new Date(opensAt).toISOString() };
  }

  pause(): void {
    this.#change({ isPaused: true });
  }

  resume(): void {
    this.#change({ isPaused: false });
  }

  stop(): void {
    this.#stop({ why: 'an operator stopped the fleet', isFailure: false });
  }

  change(limits: LimitsChange): void {
    const changed = changedLimits(this.#standing.limits, limits);
    const stop = this.#standing.stop ?? stopOf(this.#standing.tally, changed);
    this.#change({ limits: changed, stop });
  }

  /** The project that may start now, once all is read that is needed to know it. */
  async #next(): Promise<FleetProject | undefined> {
    if (!this.#mayStart()) return undefined;
    try {
      let lookedAt: number;
      do {
        lookedAt = Date.now();
        await this.#hours.look(this.#standing.limits.window, lookedAt);
        if (this.#hours.isOpen) await this.#list.lookFor(() => this.#demand());
        // Reading the list may have taken long, or brought another window.
      } while (Date.now() !== lookedAt);
    } catch (error) {
      this.#stop({ why: sentenceOf(causeOf(error)), isFailure: true });
    }
    // Asked after the waiting: an Update may have come meanwhile.
    const isOpen = this.#mayStart() && this.#hours.isOpen;
    return isOpen ? this.#list.eligible(this.#demand()) : undefined;
  }

  #mayStart(): boolean {
    return !this.isEnding && !this.isPaused && !this.#isLong;
  }

  #demand(): Demand {
    const running = this.#underway.projects;
    const { limits } = this.#standing;
    return { limits, running, areCanariesWell: areCanariesWell(this.#standing) };
  }

  #start(project: FleetProject): void {
    this.#list.take(project);
    this.#underway
      .begin(project)
      .then((entry) => {
        this.#record.add(entry);
        this.#standing = withEnding(this.#standing, project, entry);
      })
      .catch((error: unknown) => {
        this.#broken = { error };
      })
      .finally(() => {
        this.#wakes += 1;
      });
  }

  /** How this run ends, once nothing is under way and nothing more may start in it. */
  async #ending(): Promise<RunEnding | undefined> {
    if (this.#underway.count > 0) return undefined;
    if (!this.isEnding && !this.#list.isExhausted && !this.#isLong) return undefined;
    try {
      await this.#record.finish();
    } catch (error) {
      this.#stop({ why: `the record: ${sentenceOf(causeOf(error))}`, isFailure: true });
    }
    this.#isOver = this.isEnding || this.#list.isExhausted;
    this.#show();
    return this.#isOver ? 'over' : 'continue';
  }

  /** Waits for a project's end, an Update, a cancellation, or the hour at which the window changes. */
  async #wakened(wakes: number): Promise<void> {
    const isWakened = (): boolean => this.#wakes !== wakes;
    const untilChange = this.#mayStart() ? this.#hours.untilChange(Date.now()) : undefined;
    if (untilChange === undefined) await condition(isWakened);
    else await condition(isWakened, untilChange);
    if (this.#broken !== undefined) throw this.#broken.error;
  }

  #state(): FleetState {
    if (this.#isOver) return 'ended';
    if (this.#standing.stop !== undefined) return 'stopping';
    if (this.#isLong) return 'continuing';
    if (this.isPaused) return 'paused';
    return this.#opensAt() === undefined ? 'running' : 'outside its window';
  }

  /** As of the last look; a window that has just been taken away or changed is not looked at yet. */
  #opensAt(): number | undefined {
    return this.#hours.opensAt(this.#standing.limits.window);
  }

  #stop(stop: Stop): void {
    this.#change({ stop: this.#standing.stop ?? stop });
  }

  #change(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change };
    this.#wakes += 1;
    this.#show();
  }

  #show(): void {
    setCurrentDetails(detailsOf(this.progress()));
  }
}
