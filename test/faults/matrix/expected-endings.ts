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
 * A small p is restored, parked first or not: whether a restore finds room on a full disk depends on how much
 * is left of PostgreSQL's open WAL segment.
 * A change here is a change of what moveout does after a fault: give the reason in the commit that makes it.
 */
const EXPECTED: Readonly<Record<string, string>> = {
  'planMigration | before': 'MMMMMMMMMURUUUMU',
  'planMigration | during': 'MMMMMMMMMURUUUMU',
  'planMigration | after': 'MMMMMMMMMRRRRUMU',
  'backupProject | before': 'MMMMMMMMMRRRRRMU',
  'backupProject | during': 'MMMMMMMMMRRRRRMU',
  'backupProject | after': 'MMMMMMMMMRRRRRMU',
  'initSchema | before': 'MMMMMMMMMMpRPRMU',
  'initSchema | during': 'MMMMMMMMMMpRPRMR',
  'initSchema | after': 'MMMMMMMMMMpRRRMR',
  'migrateAuth | before': 'MMMMMMMMMMpRPRMR',
  'migrateAuth | during': 'MMMMMMMMMMpRPRMR',
  'migrateAuth | after': 'MMMMMMMMMMpRPRMR',
  'migrateStorage | before': 'MMMMMMMMMMpRRRMR',
  'migrateStorage | during': 'MMMMMMMMMMpRPRMR',
  'migrateStorage | after': 'MMMMMMMMMMpRPRMR',
  'finishSchema | before': 'MMMMMMMMMMpRPRMR',
  'finishSchema | during': 'MMMMMMMMMMpRRRMR',
  'finishSchema | after': 'MMMMMMMMMMpRPRMR',
  'verifyProject | before': 'MMMMMMMMMMpRPRMR',
  'verifyProject | during': 'MMMMMMMMMMpMPRMR',
  'verifyProject | after': 'MMMMMMMMMMMMMMMM',
  'restoreProject | before': 'RRRRRRRRRRpRPRRR',
  'restoreProject | during': 'RRRRRRRRRRpRPRRR',
  'restoreProject | after': 'RRRRRRRRRRpRRRRR',
  "backupProject | saving the target's rows": 'MMMMMMMMMRRRRRMU',
  'initSchema | before CREATE DATABASE': 'MMMMMMMMMMpRRRMR',
  'initSchema | created, before the marker': 'MMMMMMMMMMpRRRMR',
  'initSchema | marked, before its name': 'MMMMMMMMMMpRRRMR',
  'initSchema | before the marker': 'MMMMMMMMMMpRPRMR',
  'migrateAuth | while several sessions write': 'MMMMMMMMMMpRRRMR',
  'verifyProject | before the completed marker': 'MMMMMMMMMMpMMRMR',
};

/**
 * The letters of the endings that a cell may have: one, but for restores on a full disk.
 *
 * @throws Error if the table has none for the cell.
 */
export function expectedLetters({ place, fault }: Pick<Cell, 'place' | 'fault'>): string {
  const row = `${place.step} | ${place.moment}`;
  const letter = EXPECTED[row]?.[FAULTS.indexOf(fault)];
  if (letter !== undefined) return letter === 'p' ? 'RP' : letter;
  throw new Error(`no expected ending is written down for "${row}" and "${fault.name}"`);
}
