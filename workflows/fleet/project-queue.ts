import { counted } from '../domain/counted';
import { ApplicationFailure } from '@temporalio/workflow';
import type { FleetProject, FrozenFleet } from '../domain/fleet';
import type { Limits } from '../domain/limits';
import { working } from '../activity-options';

/** At most this many projects are read at a time. */
const PAGE = 200;

/** How far ahead of projects that have to wait for others of their server is looked. */
const LOOKAHEAD = 400;

/** What decides whether a project may start. */
export interface Demand {
  readonly limits: Limits;
  readonly running: readonly FleetProject[];
  readonly areCanariesWell: boolean;
}

/** The frozen list of a fleet, read page by page; it is never in the workflow as a whole. */
export class List {
  readonly #frozen: FrozenFleet;
  readonly #waiting: FleetProject[];
  #cursor: number;

  constructor(frozen: FrozenFleet, cursor: number, waiting: readonly FleetProject[]) {
    this.#frozen = frozen;
    this.#cursor = cursor;
    this.#waiting = [...waiting];
  }

  /** The position up to which the list was read. */
  get cursor(): number {
    return this.#cursor;
  }

  /** What was read and not taken, in the list's order. */
  get waiting(): readonly FleetProject[] {
    return this.#waiting;
  }

  get isExhausted(): boolean {
    return this.#cursor >= this.#frozen.total && this.#waiting.length === 0;
  }

  /** Reads on until some project may start or none that is near can. */
  async lookFor(demand: () => Demand): Promise<void> {
    while (hasRoom(demand()) && this.eligible(demand()) === undefined && this.#mayRead())
      await this.#readPage();
  }

  /** The first project that every limit and the canaries let start. */
  eligible(demand: Demand): FleetProject | undefined {
    if (!hasRoom(demand)) return undefined;
    const { limits, running, areCanariesWell } = demand;
    return this.#waiting.find(
      (project) =>
        (areCanariesWell || project.canary === true) &&
        isBelow(limits.perSource, running, ({ source }) => source === project.source) &&
        isBelow(limits.perTarget, running, ({ target }) => target === project.target),
    );
  }

  take(project: FleetProject): void {
    this.#waiting.splice(this.#waiting.indexOf(project), 1);
  }

  #mayRead(): boolean {
    return this.#cursor < this.#frozen.total && this.#waiting.length < LOOKAHEAD;
  }

  async #readPage(): Promise<void> {
    const { fleetId, sha256, total, host } = this.#frozen;
    const offset = this.#cursor;
    const page = await working(`the list from ${String(offset)} on`, { host }, (activities) =>
      activities.readFleetPage({ fleetId, sha256, offset, count: PAGE }),
    );
    if (page.length === 0) {
      const words = `the list of ${fleetId} ends at ${String(offset)} of ${counted(total, 'project')}`;
      throw ApplicationFailure.nonRetryable(words, 'BackupDamaged');
    }
    this.#waiting.push(...page);
    this.#cursor += page.length;
  }
}

function hasRoom({ limits, running }: Demand): boolean {
  return running.length < limits.concurrency;
}

function isBelow(
  cap: number | undefined,
  running: readonly FleetProject[],
  isAlike: (project: FleetProject) => boolean,
): boolean {
  return cap === undefined || running.filter(isAlike).length < cap;
}
