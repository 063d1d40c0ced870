import type { Cell, Ending } from './cell';
import { FAULTS } from './faults';

/** The letter of each ending, here and in the table of docs/faults.md. */
export const LETTERS: Readonly<Record<Ending, string>> = {
  migrated: 'M',
  restored: 'R',
  untouched: 'U',
  'parked, restored': 'P',
};

/**
 * How each cell must end: a row for each moment of a step, a letter for each fault in the order of `FAULTS`.
 * A change here is a change of what moveout does after a fault: give the reason in the commit that makes it.
 */
const EXPECTED: Readonly<Record<string, string>> = {
  'planMigration | before': 'MMMMMMMMMURUUUMU',
  'planMigration | during': 'MMMMMMMMMURUUUMU',
  'planMigration | after': 'MMMMMMMMMRRRRRMU',
  'backupProject | before': 'MMMMMMMMMRRRRRMU',
  'backupProject | during': 'MMMMMMMMMRRRRRMU',
  'backupProject | after': 'MMMMMMMMMRRRRRMU',
  'initSchema | before': 'MMMMMMMMMMRRPRMU',
  'initSchema | during': 'MMMMMMMMMMRRPRMR',
  'initSchema | after': 'MMMMMMMMMMPRRRMR',
  'migrateAuth | before': 'MMMMMMMMMMPRPRMR',
  'migrateAuth | during': 'MMMMMMMMMMRRPRMR',
  'migrateAuth | after': 'MMMMMMMMMMPRPRMR',
  'migrateStorage | before': 'MMMMMMMMMMPRRRMR',
  'migrateStorage | during': 'MMMMMMMMMMPRPRMR',
  'migrateStorage | after': 'MMMMMMMMMMRRPRMR',
  'finishSchema | before': 'MMMMMMMMMMPRPRMR',
  'finishSchema | during': 'MMMMMMMMMMPRRRMR',
  'finishSchema | after': 'MMMMMMMMMMPRPRMR',
  'verifyProject | before': 'MMMMMMMMMMRRPRMR',
  'verifyProject | during': 'MMMMMMMMMMPMPRMM',
  'verifyProject | after': 'MMMMMMMMMMMMMMMM',
  'restoreProject | before': 'RRRRRRRRRRPRPRRR',
  'restoreProject | during': 'RRRRRRRRRRRRPRRR',
  'restoreProject | after': 'RRRRRRRRRRRRRRRR',
  "backupProject | saving the target's rows": 'MMMMMMMMMRRRRRMU',
  'initSchema | before CREATE DATABASE': 'MMMMMMMMMMRRRRMR',
  'initSchema | created, before the marker': 'MMMMMMMMMMRRRRMR',
  'initSchema | marked, before its name': 'MMMMMMMMMMRRRRMR',
  'initSchema | before the marker': 'MMMMMMMMMMRRPRMR',
  'verifyProject | before the completed marker': 'MMMMMMMMMMPMMRMM',
};

/**
 * The letter of the ending that a cell must have.
 *
 * @throws Error if the table has none for the cell.
 */
export function expectedLetter({ place, fault }: Pick<Cell, 'place' | 'fault'>): string {
  const row = `${place.step} | ${place.moment}`;
  const letter = EXPECTED[row]?.[FAULTS.indexOf(fault)];
  if (letter !== undefined) return letter;
  throw new Error(`no expected ending is written down for "${row}" and "${fault.name}"`);
}
