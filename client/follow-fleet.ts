import type { FleetProgress } from '../workflows/domain/fleet';
import { entryLine, migratedBeforeText, nothingToMove } from './progress/fleet-words';
import type { Screen } from './progress/screen';
import { count } from './progress/words';

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
      this.#screen.sayOnce('  More have ended than are listed one by one: the counts go on.');
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
