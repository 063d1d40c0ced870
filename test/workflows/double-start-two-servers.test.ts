import { overlaps } from '../client/kill/audit';
import { markerOf, migrating, reach, type MarkerSeen } from '../client/kill/aftermath';
import { isFull, LIMIT } from '../client/kill/form';
import type { Point } from '../client/kill/gate';
import type { View } from '../client/kill/ground';
import { inTurn } from '../client/kill/in-turn';
import { LOADS } from '../client/kill/points';
import { openAudited, type Audited } from '../client/kill/two-machines';
import type { Outcome } from '../client/script';
import { actualRows, expectedRows, type Rows } from '../support/harness/expected-rows';

jest.setTimeout(LIMIT);

/** A first client held somewhere while a second one comes, each with a Temporal server of its own. */
interface Case {
  readonly name: string;
  readonly at: Point;
  /** What becomes of the first while the second runs: it stands there, or dies and is started again. */
  readonly first: 'waits' | 'dies';
  readonly statuses: readonly [first: number, second: number];
  /** What the one that does not migrate says. */
  readonly says: RegExp;
}

/** A session that is open and has done nothing: between two steps nobody holds a lock. */
const OPEN = { at: /^SELECT set_config/, withheld: 'request' } as const;
const READING: Point = { step: 'backupProject', at: /^COPY/, withheld: 'answer' };
const CREATED: Point = { step: 'initSchema', at: /^CREATE DATABASE/, withheld: 'answer' };
const LOCKING: Point = { step: 'migrateAuth', at: /^BEGIN/, withheld: 'answer' };
const LOADING: Point = { step: 'migrateAuth', at: LOADS, withheld: 'request' };
const PLANNED: Point = { step: 'backupProject', ...OPEN };
const BACKED_UP: Point = { step: 'initSchema', ...OPEN };
const LOADED: Point = { step: 'migrateStorage', ...OPEN };
const BUSY = /another run works on project/;
const UNFINISHED = /unfinished migration of project/;
const TAKEN = /created by another session since the plan/;

const REPLACED = /no longer belongs to this run/;

const ALL: readonly Case[] = [
  { name: 'planned', at: PLANNED, first: 'waits', statuses: [2, 0], says: TAKEN },
  { name: 'reading', at: READING, first: 'waits', statuses: [0, 2], says: BUSY },
  { name: 'backed up', at: BACKED_UP, first: 'waits', statuses: [2, 0], says: TAKEN },
  { name: 'about to load', at: LOCKING, first: 'waits', statuses: [0, 2], says: BUSY },
  { name: 'between steps', at: LOADED, first: 'waits', statuses: [0, 2], says: UNFINISHED },
  { name: 'dead while reading', at: READING, first: 'dies', statuses: [2, 0], says: TAKEN },
  { name: 'dead before the marker', at: CREATED, first: 'dies', statuses: [2, 0], says: TAKEN },
  { name: 'dead while loading', at: LOADING, first: 'dies', statuses: [0, 2], says: UNFINISHED },
];

/** The second client asks to replace what it finds. */
const REPLACING: readonly Case[] = [
  { name: 'between steps, replaced', at: LOADED, first: 'waits', statuses: [1, 0], says: REPLACED },
  { name: 'dead, replaced', at: LOADING, first: 'dies', statuses: [1, 0], says: REPLACED },
];

/** A plain test run has time for two. */
const CASES = isFull
  ? [...ALL, ...REPLACING]
  : ALL.filter(({ name }) => name === 'about to load' || name === 'dead before the marker');

/** How both ended, and what that left. */
interface Ended {
  readonly ref: string;
  readonly first: Outcome;
  readonly second: Outcome;
  /** Which of the two the target's marker belongs to. */
  readonly owner: number;
  readonly held: Rows;
  readonly wanted: Rows;
  readonly marker: MarkerSeen | undefined;
}

let audited: Audited;
let before: View;
let ended: (name: string) => Promise<Ended>;

beforeAll(async () => {
  audited = await openAudited(CASES.length + 1);
  before = await audited.ground.view();
  ended = inTurn(2, CASES, play);
});

afterAll(() => audited.close());

describe('the same project from clients of two Temporal servers', () => {
  it.each(CASES)('has one writer, the first being $name', async ({ name, statuses, says }) => {
    const { ref, first, second, owner, held, wanted, marker } = await ended(name);
    expect([first.status, second.status]).toEqual(statuses);
    const [loser] = [first, second].filter(({ status }) => status !== 0);
    expect(`${loser?.stdout ?? ''}${loser?.stderr ?? ''}`).toMatch(says);
    expect(held).toEqual(wanted);
    expect(marker?.state).toBe('completed');
    expect(owner).toBe(statuses.indexOf(0));
    expect(audited.writings(ref)).not.toHaveLength(0);
    expect(overlaps(audited.writings(ref))).toEqual([]);
  });

  it('has one writer when both start at the same moment', async () => {
    const { ref, target } = audited.ground.next();
    const args = migrating({ ref, target });
    const runs = await audited.withMachines(async (...machines) => {
      const outcomes = await Promise.all(machines.map((machine) => machine.run(args)));
      expect(outcomes.map(({ status }) => status).sort()).toEqual([0, 2]);
      return machines.map(({ runs: [run] }, index) => ({ run, status: outcomes[index]?.status }));
    });
    const winner = runs.find(({ status }) => status === 0)?.run;
    const writers = new Set(audited.writings(ref).map(({ run }) => run));
    expect([...writers]).toEqual([winner]);
    expect(await actualRows(target)).toEqual(await expectedRows(audited.ground.source, ref));
  });

  it('leaves the source as it was, and nothing on the server but the targets', async () => {
    await Promise.all(CASES.map(({ name }) => ended(name).catch(() => undefined)));
    expect(await audited.ground.view()).toEqual(before);
  });
});

async function play(one: Case): Promise<Ended> {
  const { ref, target } = audited.ground.next();
  const args = migrating({ ref, target });
  return audited.withMachines(async (first, second) => {
    const script = first.start(args);
    const { release } = await reach(script, first.gate.holdAt(one.at), one.at);
    if (one.first === 'dies') await first.kill(script, 'everything');
    const other = await second.run(migrating({ ref, target, replace: REPLACING.includes(one) }));
    if (one.first === 'waits') release();
    const outcome = one.first === 'waits' ? await script.ended : await first.run(args);
    const marker = await markerOf(target);
    return {
      ref,
      first: outcome,
      second: other,
      held: await actualRows(target),
      wanted: await expectedRows(audited.ground.source, ref),
      marker,
      owner: [first, second].findIndex(({ runs }) => runs.includes(marker?.run ?? '')),
    };
  });
}
