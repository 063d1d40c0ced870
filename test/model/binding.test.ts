import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { STEPS } from '../../workflows/domain/step-names';
import { keptHistory } from '../workflows/histories/histories';
import { without } from './guards';
import { programOf } from './programs';
import { ORDER } from './workflow';

const scheduled = z.object({ activityType: z.object({ name: z.string() }) });
const history = z.object({
  events: z.array(
    z.object({
      eventType: z.string(),
      activityTaskScheduledEventAttributes: scheduled.optional(),
    }),
  ),
});

/** What a recorded run did: its activities by name, and that it was asked to stop. */
function recorded(name: string): readonly string[] {
  return history.parse(keptHistory(name)).events.flatMap((event) => {
    if (event.eventType === 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED') return ['cancel'];
    const activity = event.activityTaskScheduledEventAttributes?.activityType.name;
    return activity === undefined ? [] : [activity];
  });
}

/** Where each text stands in a function of a source file (`file#name`), in the order in which the texts are given. */
function placesOf(where: string, texts: readonly string[]): readonly number[] {
  const [file = '', name] = where.split('#');
  const whole = readFileSync(join(__dirname, '../..', file), 'utf8');
  const source = name === undefined ? whole : functionOf(whole, name);
  const places: number[] = [];
  for (const text of texts) places.push(source.indexOf(text, (places.at(-1) ?? -1) + 1));
  return places;
}

/** The text of a function that stands at the top of a file. */
function functionOf(source: string, name: string): string {
  const [text] = new RegExp(`function ${name}\\b[\\s\\S]*?\\n}\\n`).exec(source) ?? [];
  if (text === undefined) throw new Error(`there is no function ${name}`);
  return text;
}

const scenario = { kind: 'absent', guards: without(), runs: {}, late: 0 } as const;

describe('the model of the step machine', () => {
  it('has the steps of a migration in their order', () => {
    expect(['planMigration', 'backupProject', ...ORDER, 'restoreProject']).toEqual(STEPS);
  });

  it('goes the way of a run that migrated', () => {
    expect(recorded('migrated')).toEqual(['planMigration', 'backupProject', ...ORDER]);
  });

  it.each(['restored', 'cancelled'])(
    'restores right behind the step that ended, the run being %s',
    (name) => {
      const activities = recorded(name).filter((one) => one !== 'cancel');
      const way = ['planMigration', 'backupProject', ...ORDER];
      expect(activities.at(-1)).toBe('restoreProject');
      expect(activities.slice(0, -1)).toEqual(way.slice(0, activities.length - 1));
      expect(activities.length).toBeGreaterThan(3);
    },
  );

  it('restores although the run was cancelled, and waits for no answer of the step', () => {
    const way = recorded('cancelled');
    expect(way.slice(way.indexOf('cancel') + 1)).toEqual(['restoreProject']);
  });

  it('takes the lease as an attempt does', () => {
    expect(programOf('fence', 'absent', scenario)).toEqual([
      ...['openLock', 'ask', 'look', 'end', 'takeLock', 'look', 'end', 'pass', 'answer'],
    ]);
    const places = placesOf('activities/runtime/lease.ts#takeLease', [
      'connections.with(lockDatabaseRef(',
      'assertStillCurrent(',
      'endOtherAttempts(',
      'tryLock(',
      'endOtherAttempts(',
      'connections.guarded(',
    ]);
    expect(places).not.toContain(-1);
  });

  it.each([
    [
      'activities/target/claim.ts',
      [
        'findDatabase(',
        'dropDatabase(',
        'createDatabaseSql(',
        'closeDatabase(',
        'markStaging(',
        'renameDatabase(',
      ],
    ],
    [
      'activities/runtime/lease.ts#withFencedTarget',
      ['advanceToken(', 'fencedSession(', 'connections.with(', 'fencedSession('],
    ],
    [
      'activities/runtime/lease.ts#fencedSession',
      ['lockTokenForShare(', 'transaction(', 'assertToken('],
    ],
    [
      'activities/target/restore.ts#restoreAbsent',
      ['readOwnMarker(', 'dropDatabase(', 'OwnTarget(', 'dropOwnDatabase('],
    ],
    ['activities/complete-migration.ts', ['write(', 'openTarget(', 'completeMarker(']],
    [
      'activities/target/restore.ts#restoreEmpty',
      ['withOwnTarget(', 'removeParts(', 'reopen(', 'restorePreviousMarker('],
    ],
    [
      'activities/target/restore.ts#restoreFilled',
      ['withOwnTarget(', 'rebuilding(', 'reopen(', 'restorePreviousMarker('],
    ],
    ['activities/runtime/lease.ts#withOwnTarget', ['transaction(', 'advanceToken(', 'use(']],
    ['activities/restore-project.ts', ['restoreFrom(writer)', 'proveRestored(']],
    ['workflows/compensation.ts', ['use()', 'nonCancellable(', 'restoreTarget(']],
    ['activities/abandon-restore.ts', ['withExclusiveLease(', 'readOwnMarker(', 'abandonMarker(']],
    ['workflows/migrate-project.ts', ['withRestore(', 'initSchema(', 'migrateAuth(']],
  ])('takes the actions in the order of %s', (file, texts) => {
    expect(placesOf(file, texts)).not.toContain(-1);
  });
});
