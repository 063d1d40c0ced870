import type { Step } from '../../../workflows/domain/step-names';
import { KINDS, type Kind } from '../ground/kinds';
import type { Lane } from '../ground/lane';
import type { Moment } from '../ground/wire-stop';
import { stopAtGate, stopOnWire, type Stop } from './stops';

/** A moment of a step at which a fault strikes. */
export interface Place {
  readonly step: Step;
  readonly moment: string;
  /** The kinds of target with which the moment exists. */
  readonly kinds: readonly Kind[];
  /** Whether this is one of the three moments that every step has, and every fault strikes at. */
  readonly isMain: boolean;
  readonly stop: (lane: Lane, kind: Kind) => Stop;
}

const WITH_SCHEMA: readonly Kind[] = ['filled', 'differing'];

const MAKING_THE_MARKER = /CREATE SCHEMA IF NOT EXISTS moveout/;

/** Only one of two sessions is held there: the other one loads its table, builds keys and indexes, and commits. */
const ROWS_OF_A_BIG_TABLE = /COPY ("auth"\."(sessions|identities)"|pg_temp\.moveout_lines)/;

/** What a step says to a server in the middle of its work. */
function middleOf(step: Step, kind: Kind): Omit<Moment, 'step'> {
  switch (step) {
    case 'planMigration':
      return { pattern: /pg_sequence/ };
    case 'backupProject':
      return { pattern: /COPY [^]*sessions/ };
    case 'initSchema':
      return { pattern: kind === 'filled' ? /array_append\(steps/ : /CREATE TABLE "?auth/ };
    case 'migrateAuth':
      return inRowsOf('auth', 'users');
    case 'migrateStorage':
      return inRowsOf('storage', 'objects');
    case 'finishSchema':
      return { pattern: kind === 'filled' ? /ANALYZE/ : /ADD CONSTRAINT|CREATE (UNIQUE )?INDEX/ };
    case 'verifyProject':
      return { pattern: /hash_record_extended/ };
    case 'restoreProject':
      return MIDDLE_OF_RESTORE[kind];
  }
}

const MIDDLE_OF_RESTORE = {
  absent: { pattern: /DROP DATABASE/ },
  empty: { pattern: /DROP SCHEMA/ },
  filled: inRowsOf('auth', 'users'),
  differing: inRowsOf('auth', 'users'),
} as const;

/** Rows go in by COPY; those of a JSON backup by way of a temporary table. */
function inRowsOf(schema: string, table: string): Omit<Moment, 'step'> {
  const name = `"${schema}"\\."${table}"`;
  return { pattern: new RegExp(`(COPY|INSERT INTO) ${name}`), inRows: true };
}

/** The server that a step works with. */
const sideOf = (step: Step): 'source' | 'target' =>
  step === 'planMigration' || step === 'backupProject' ? 'source' : 'target';

/** The three moments of one step. */
export function momentsOf(step: Step): readonly Place[] {
  const main = { step, kinds: KINDS, isMain: true };
  return [
    { ...main, moment: 'before', stop: (lane) => stopAtGate(lane, step, 'before') },
    {
      ...main,
      moment: 'during',
      stop: (lane, kind) => stopOnWire(lane, sideOf(step), { step, ...middleOf(step, kind) }),
    },
    { ...main, moment: 'after', stop: (lane) => stopAtGate(lane, step, 'after') },
  ];
}

/** Moments that only some steps have, where one effect is there and the next is not. */
export const BETWEEN: readonly Place[] = [
  onTarget(/COPY [^]*sessions/, {
    step: 'backupProject',
    moment: "saving the target's rows",
    kinds: WITH_SCHEMA,
  }),
  onTarget(/CREATE DATABASE/, {
    step: 'initSchema',
    moment: 'before CREATE DATABASE',
    kinds: ['absent'],
  }),
  onTarget(MAKING_THE_MARKER, {
    step: 'initSchema',
    moment: 'created, before the marker',
    kinds: ['absent'],
  }),
  onTarget(/ALTER DATABASE [^]* RENAME/, {
    step: 'initSchema',
    moment: 'marked, before its name',
    kinds: ['absent'],
  }),
  onTarget(MAKING_THE_MARKER, {
    step: 'initSchema',
    moment: 'before the marker',
    kinds: ['empty', ...WITH_SCHEMA],
  }),
  onTarget(/SET state = 'completed'/, {
    step: 'verifyProject',
    moment: 'before the completed marker',
    kinds: KINDS,
  }),
  {
    ...{ step: 'migrateAuth', moment: 'while several sessions write', isMain: false },
    kinds: ['absent', 'empty'],
    stop: (lane) =>
      stopOnWire(lane, 'target', {
        step: 'migrateAuth',
        pattern: ROWS_OF_A_BIG_TABLE,
        inRows: true,
      }),
  },
];

function onTarget(pattern: RegExp, where: Pick<Place, 'step' | 'moment' | 'kinds'>): Place {
  return {
    ...where,
    isMain: false,
    stop: (lane) => stopOnWire(lane, 'target', { step: where.step, pattern }),
  };
}
