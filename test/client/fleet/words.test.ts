import { Writable } from 'node:stream';
import { FleetView } from '../../../client/follow';
import { entryLine, fleetFigures } from '../../../client/progress/fleet-words';
import { lineDisplay } from '../../../client/progress/terminal';
import { Screen } from '../../../client/progress/screen';
import { fleetText } from '../../../client/report/fleet';
import type { FleetEntry } from '../../../workflows/domain/fleet';
import { fleetProgress, fleetReport } from './samples';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const SNAPSHOT = '2026-11-22T10:00:00.000Z';
const RUNNING = [{ projectRef: 'c', workflowId: 'migrate-project/c', startedAt: '' }];

const entry = (ref: string, change: Partial<FleetEntry> = {}): FleetEntry => ({
  projectRef: ref,
  databaseName: `${ref}_db`,
  outcome: 'migrated',
  rows: 1234,
  problems: [],
  ...change,
});

const RESTORED = entry('b', {
  outcome: 'restored',
  problems: [{ code: 'DataRejected', message: 'a row was\nrefused' }],
});

/** Collects what is written, a line each. */
function collect(): { readonly lines: string[]; readonly out: Writable } {
  const lines: string[] = [];
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString().replace(/\s+/g, ' ').trim());
      done();
    },
  });
  return { lines, out };
}

describe('fleetFigures', () => {
  it('tells how far the fleet is, how it went, and what is left', () => {
    const fleet = fleetProgress({
      ...{ waiting: 6, running: RUNNING, counts: { migrated: 2, restored: 1 } },
      expectedEnd: new Date(START + 12 * 60_000).toISOString(),
    });
    expect(fleetFigures(fleet, START)).toBe(
      '3 of 10 · 1 running · 2 migrated, 1 restored · about 12m left',
    );
  });

  it('tells why nothing is started', () => {
    expect(fleetFigures(fleetProgress({ state: 'paused' }), START)).toBe('0 of 10 · PAUSED');
    const closed = { state: 'outside its window', opensAt: '2026-01-01T22:00:00.000Z' } as const;
    expect(fleetFigures(fleetProgress(closed), START)).toBe(
      '0 of 10 · outside its window until 2026-01-01 22:00:00 UTC',
    );
    const stopping = fleetProgress({ state: 'stopping', stoppedBy: '3 projects failed' });
    expect(fleetFigures(stopping, START)).toBe(
      '0 of 10 · stopping: waits for the running migrations · 3 projects failed',
    );
  });
});

describe('entryLine', () => {
  it('names the project, how it ended, and why', () => {
    expect(entryLine(entry('a'))).toBe('a → a_db: migrated, 1 234 rows');
    expect(entryLine(RESTORED)).toBe('b → b_db: restored: a row was refused');
  });
});

describe('FleetView', () => {
  it('says a line for each project that ends, once, and one whenever the state changes', () => {
    const { lines, out } = collect();
    const view = new FleetView(new Screen(lineDisplay(out)));
    const startedAt = new Date().toISOString();
    view.show(fleetProgress({ state: 'freezing', total: 0, startedAt }));
    const migratedBefore = [
      {
        ...{ connection: 'shared', database: 'postgres', projects: 5 },
        ...{ firstSnapshot: SNAPSHOT, lastSnapshot: SNAPSHOT },
      },
    ];
    const before = { startedAt, counts: { 'already-migrated': 5 }, leftOut: 5, migratedBefore };
    view.show(fleetProgress(before));
    view.show(fleetProgress({ ...before, waiting: 9, projects: [entry('a')] }));
    const both = { ...before, waiting: 8, projects: [entry('a'), RESTORED] };
    view.show(fleetProgress({ ...both, state: 'paused' }));
    view.show(fleetProgress({ ...both, state: 'paused' }));
    view.show(fleetProgress({ ...both, waiting: 6, leftOut: 7 }));
    view.show(fleetProgress({ ...both, waiting: 5, leftOut: 8 }));
    expect(lines).toEqual([
      'fleet making the list of projects',
      'fleet_1700000000000_0a1b2c3d: 10 to move, 5 are migrated already',
      'Already migrated: 5 from database "postgres" on connection "shared", snapshots of 2026-11-22 10:00:00 UTC',
      'fleet 0 of 10 · 5 migrated before',
      'a → a_db: migrated, 1 234 rows',
      'b → b_db: restored: a row was refused',
      'fleet 2 of 10 · 5 migrated before · PAUSED',
      'More projects have ended than are listed one by one; the counts include all of them.',
      'fleet 4 of 10 · 5 migrated before',
    ]);
  });

  it('shows first what is moved again, and why', () => {
    const { lines, out } = collect();
    const retried = [{ projectRef: 'b', databaseName: 'b_db', reason: 'restored: a row' }];
    new FleetView(new Screen(lineDisplay(out))).show(fleetProgress({ retried }));
    expect(lines.slice(1, 3)).toEqual(['again: b, last restored: a row', 'again: 9 more']);
  });
});

describe('fleetText', () => {
  it('shows every project of a small fleet, the kinds of failures, and what helps', () => {
    const text = fleetText(
      fleetReport({
        ...{ outcome: 'incomplete', total: 3, counts: { migrated: 1, restored: 1, parked: 1 } },
        failures: { DataRejected: 2 },
        projects: [entry('a'), RESTORED, entry('p', { outcome: 'parked' })],
      }),
    );
    expect(text).toMatch(/^fleet_\w+: NOT ALL projects are in databases of their own \(2m 5s\)/);
    expect(text).toContain('3 projects: 1 migrated, 1 restored, 1 parked\n');
    expect(text).toMatch(/^ +a +a_db +migrated +1 234$/m);
    expect(text).toMatch(/^ +b +b_db +restored .* a row was refused$/m);
    expect(text).toContain('2 × DataRejected: PostgreSQL refused a statement or a row');
    expect(text).toContain('Parked projects need an operator');
    expect(text).toContain('moveout retry-failed --of fleet_1700000000000_0a1b2c3d');
    expect(text).toContain('Record: /backups/fleet_1700000000000_0a1b2c3d');
  });

  it('shows of a large fleet what needs an operator, and counts the others', () => {
    const many = Array.from({ length: 40 }, (_, index) => entry(`m${index}`));
    const counts = { migrated: 140, restored: 1 };
    const text = fleetText(
      fleetReport({
        ...{ outcome: 'stopped', stoppedBy: '1 projects failed; maxFailures is 0', total: 500 },
        ...{ counts, leftOut: 100, notStarted: 359, projects: [...many, RESTORED] },
      }),
    );
    expect(text).toContain('STOPPED before the end of the list: 1 projects failed');
    expect(text).toContain('500 projects: 140 migrated, 1 restored, 359 not started');
    expect(text).not.toContain('m1');
    expect(text).toContain('and 140 more, which are in the record');
    expect(text).toContain(
      'For the projects that were not started, give the command of this fleet again.',
    );
  });

  it('is short when all went well', () => {
    expect(fleetText(fleetReport({ counts: { migrated: 10 }, leftOut: 10 }))).toBe(
      [
        'fleet_1700000000000_0a1b2c3d: every project is in a database of its own (2m 5s)',
        ...['', '10 projects: 10 migrated', '', '  and 10 more, which are in the record', ''],
        ...['Record: /backups/fleet_1700000000000_0a1b2c3d', ''],
      ].join('\n'),
    );
  });

  it.each([
    [
      {},
      /: nothing to move: no project failed in its last run, or those that failed are migrated by now \(/,
    ],
    [{ excluded: ['project-abc'] }, /: nothing to move: --exclude leaves every project out \(/],
  ])('does not say that all is done if there was nothing to do: %j', (change, words) => {
    const text = fleetText(fleetReport({ total: 0, ...change }));
    expect(text).toMatch(words);
    expect(text).not.toMatch(/every project is|0 projects/);
  });

  it('counts every project once, also those that were migrated before and those left out', () => {
    const migratedBefore = [
      {
        ...{ connection: 'shared', database: 'postgres', projects: 10 },
        ...{ firstSnapshot: SNAPSHOT, lastSnapshot: '2026-11-23T03:00:00.000Z' },
      },
    ];
    const text = fleetText(
      fleetReport({
        ...{ outcome: 'stopped', total: 10, notStarted: 8, leftOut: 10, excluded: ['x', 'y'] },
        counts: { migrated: 1, 'already-migrated': 10, restored: 1 },
        ...{ migratedBefore, projects: [entry('a'), RESTORED] },
      }),
    );
    expect(text).toContain(
      '20 projects: 1 migrated, 10 already migrated, 1 restored, 8 not started\n',
    );
    expect(text).toContain(
      'Already migrated: 10 from database "postgres" on connection "shared", snapshots of 2026-11-22 10:00:00 UTC to 2026-11-23 03:00:00 UTC',
    );
    expect(text).toContain('Left out by --exclude: x, y');
    expect(text).not.toMatch(/and \d+ more/);
  });
});
