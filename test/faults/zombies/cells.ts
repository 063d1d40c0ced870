import type { Step } from '../../../workflows/domain/step-names';
import { KINDS, type Kind } from '../ground/kinds';
import type { Cell } from '../matrix/cell';
import { BETWEEN, momentsOf, type Place } from '../matrix/places';
import { stopAtSession } from '../matrix/stops';
import { lateRestorer } from './late-restorer';
import { WAKINGS, zombie } from './zombie';

const NTH = ['first', 'second', 'third'] as const;

/** A step that stands still right before it opens a session: the first one is that of its locks. */
function opening(step: Step, nth: (typeof NTH)[number], kinds: readonly Kind[] = KINDS): Place {
  return {
    ...{ step, kinds },
    moment: `before its ${nth} session`,
    isMain: false,
    stop: (lane) => stopAtSession(lane, step, NTH.indexOf(nth)),
  };
}

/** The tries that count: in the middle of COPY, the kinds of target in turn. */
export function triesInCopy(count: number): readonly Cell[] {
  const place = momentsOf('migrateAuth').find(({ moment }) => moment === 'during');
  if (place === undefined) return [];
  return Array.from({ length: count }, (_, index) => ({
    place,
    fault: zombie(WAKINGS[index % WAKINGS.length] ?? WAKINGS[0]),
    kind: KINDS[index % KINDS.length] ?? 'absent',
  }));
}

const ELSEWHERE: readonly Place[] = [
  ...BETWEEN,
  ...NTH.map((nth) => opening('initSchema', nth, ['absent'])),
  ...NTH.map((nth) => opening('initSchema', nth, ['filled', 'differing', 'empty'])),
  opening('migrateAuth', 'first'),
  opening('migrateAuth', 'second'),
  ...(['backupProject', 'initSchema', 'migrateStorage', 'finishSchema'] as const).flatMap((step) =>
    momentsOf(step).filter(({ moment }) => moment !== 'after'),
  ),
];

const OF_RESTORE: readonly Place[] = [
  ...momentsOf('restoreProject').filter(({ moment }) => moment !== 'after'),
  ...NTH.map((nth) => opening('restoreProject', nth)),
];

/** Every other moment from which a late attempt could do harm, with the two worst ways of waking. */
export function triesElsewhere(): readonly Cell[] {
  const late = ELSEWHERE.flatMap((place, row) =>
    WAKINGS.slice(1).map((waking, column): Cell => {
      const kind = place.kinds[(row + column) % place.kinds.length] ?? 'absent';
      return { place, fault: zombie(waking), kind };
    }),
  );
  const ofRestore = OF_RESTORE.map((place): Cell => {
    return { place, fault: lateRestorer, kind: 'absent' };
  });
  return [...late, ...ofRestore];
}
