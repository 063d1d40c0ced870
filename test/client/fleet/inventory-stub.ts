import { heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { FreezeOrder, FrozenFleet } from '../../../workflows/domain/fleet';

/** What becomes of the next fleet's inventory; the fleet waits for it. */
export type Verdict = 'empty' | 'broken';

const HEARTBEAT_EVERY_MS = 1_000;

/**
 * Activities of a fleet without projects: each inventory that is asked for waits until the test gives
 * a verdict, and then is empty or fails.
 */
export class InventoryStub {
  readonly #waiting: ((verdict: Verdict) => void)[] = [];

  /** How many fleets wait for their inventory. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Answers the fleet that has waited longest. */
  decide(verdict: Verdict): void {
    const answer = this.#waiting.shift();
    if (answer === undefined) throw new Error('no fleet waits for its inventory');
    answer(verdict);
  }

  /** What a worker has to be given. */
  activities(): Readonly<Record<string, (order: FreezeOrder) => Promise<unknown>>> {
    return {
      freezeFleet: async ({ fleetId }): Promise<FrozenFleet> => {
        await this.#verdict();
        return {
          ...{ fleetId, path: '/nowhere', sha256: '0'.repeat(64), total: 0, canaries: 0 },
          ...{ alreadyMigrated: 0, rows: 0, routes: [], limits: { concurrency: 4 } },
        };
      },
      listProjects: async () => {
        await this.#verdict();
        return [];
      },
      readFleetPage: () => Promise.resolve([]),
      recordEndings: () => Promise.resolve(),
      readWindow: () => Promise.resolve({ isOpen: true, changesAt: Number.MAX_SAFE_INTEGER }),
    };
  }

  async #verdict(): Promise<void> {
    const ticking = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
    try {
      const verdict = await new Promise<Verdict>((resolve) => this.#waiting.push(resolve));
      if (verdict === 'broken')
        throw ApplicationFailure.nonRetryable('the list is broken', 'ConfigInvalid');
    } finally {
      clearInterval(ticking);
    }
  }
}
