import { STEPS, type Step } from '../../../workflows/domain/step-names';
import type { Point } from './gate';

/** Where in a step a script is killed; `in` says in which of its databases. */
export type Place = Omit<Point, 'step' | 'database'> & {
  readonly in?: 'source' | 'target' | 'staging' | 'maintenance';
};

/** What the target is before the migration. */
export type Before = 'absent' | 'empty' | 'filled';

/** One point of one step, for a target of one kind. */
export interface Row {
  readonly step: Step;
  readonly when: 'before' | 'during' | 'after';
  readonly what: string;
  readonly place: Place;
  readonly before: Before;
}

/** A moment of a step: a place to hold at, or why there is none. */
type Moment = readonly [what: string, place: Place];

interface Moments {
  readonly before: readonly Moment[];
  readonly during: readonly Moment[];
  readonly after: readonly Moment[] | string;
}

const FIRST: Moment = [
  'before its first session is open',
  { at: 'session', withheld: 'request' },
] as const;
const COMMITTING: Moment = [
  'before its transaction is committed',
  { in: 'target', at: /^COMMIT/, withheld: 'request' },
];
const COMMITTED: Moment = [
  'when its transaction is committed and the answer is lost',
  { in: 'target', at: /^COMMIT/, withheld: 'answer' },
];
/** A table that comes behind another one of its step. */
export const LOADS = /^INSERT INTO "(?:auth"\."users|storage"\."objects)"/;
const LOADING: Moment = [
  'between the rows of two tables',
  { in: 'target', at: LOADS, withheld: 'request' },
];
const MARKERS = /state = 'completed'/;

/** Where each step is hit. Databases are created, renamed and dropped outside of transactions. */
const MOMENTS: Readonly<Record<Step, Moments>> = {
  planMigration: {
    before: [FIRST],
    during: [
      ['while it reads the source', { in: 'source', at: /^BEGIN/, withheld: 'answer' }],
      ['while it looks who holds the locks', { at: /FROM pg_locks/, withheld: 'answer' }],
    ],
    after: 'it only reads: nothing comes of it but its answer, and then backupProject begins',
  },
  backupProject: {
    before: [FIRST],
    during: [
      ['in the middle of a table', { in: 'source', at: /^COPY/, withheld: 'answer' }],
      [
        'when the snapshot is released and the manifest is not written',
        { in: 'source', at: /^COMMIT/, since: /^COPY/, withheld: 'request' },
      ],
    ],
    after: [
      [
        'when the folder has its name and the lock is still held',
        { in: 'maintenance', at: 'farewell', withheld: 'request' },
      ],
    ],
  },
  initSchema: {
    before: [FIRST],
    during: [
      [
        'when the database is created and has no marker',
        { at: /^CREATE DATABASE/, withheld: 'answer' },
      ],
      ['before the marker is committed', { in: 'staging', at: /^COMMIT/, withheld: 'request' }],
      ['before the database is renamed', { at: /^ALTER DATABASE.*RENAME/, withheld: 'request' }],
      ['when the database is renamed', { at: /^ALTER DATABASE.*RENAME/, withheld: 'answer' }],
      COMMITTING,
    ],
    after: [COMMITTED],
  },
  migrateAuth: { before: [FIRST], during: [LOADING, COMMITTING], after: [COMMITTED] },
  migrateStorage: { before: [FIRST], during: [LOADING, COMMITTING], after: [COMMITTED] },
  finishSchema: {
    before: [FIRST],
    during: [
      [
        'in the middle of its indexes',
        { in: 'target', at: /^CREATE (UNIQUE )?INDEX/, withheld: 'answer' },
      ],
      COMMITTING,
    ],
    after: [COMMITTED],
  },
  verifyProject: {
    before: [FIRST],
    during: [
      ['while it compares', { in: 'target', at: /hash_record_extended/, withheld: 'answer' }],
      [
        'before the completed marker is committed',
        { in: 'target', at: /^COMMIT/, since: MARKERS, withheld: 'request' },
      ],
    ],
    after: [
      [
        'when the completed marker is committed and the answer is lost',
        { in: 'target', at: /^COMMIT/, since: MARKERS, withheld: 'answer' },
      ],
    ],
  },
  restoreProject: {
    before: [FIRST],
    during: [['before the database is dropped', { at: /^DROP DATABASE/, withheld: 'request' }]],
    after: [['when the database is dropped', { at: /^DROP DATABASE/, withheld: 'answer' }]],
  },
};

/** A restore of a database that stays: one transaction. */
const STAYING: Moments = { before: [], during: [COMMITTING], after: [COMMITTED] };

function rowsOf(step: Step, moments: Moments, before: Before): readonly Row[] {
  const rows = (when: Row['when'], all: Moments[Row['when']]): readonly Row[] =>
    typeof all === 'string'
      ? []
      : all.map(([what, place]) => ({ step, when, what, place, before }));
  return [
    ...rows('before', moments.before),
    ...rows('during', moments.during),
    ...rows('after', moments.after),
  ];
}

/** Every point at which a script is killed. */
export const ROWS: readonly Row[] = [
  ...STEPS.flatMap((step) => rowsOf(step, MOMENTS[step], 'absent')),
  ...rowsOf('restoreProject', STAYING, 'empty'),
  ...rowsOf('restoreProject', STAYING, 'filled'),
];

/** The point for one migration's own databases. */
export function pointOf(
  { step, place }: Row,
  names: Readonly<Record<'source' | 'target', string>>,
): Point {
  const { in: database, ...rest } = place;
  if (database === undefined) return { step, ...rest };
  const all = { ...names, staging: /^moveout_staging_/, maintenance: 'postgres' };
  return { step, ...rest, database: all[database] };
}
