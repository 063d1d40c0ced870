import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { reportOf } from './report-of';
import {
  openStubbedFleet,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';
import { mostAtOnce, timelineOf } from './timeline';

describe('the limits of a fleet', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    bed.ground.migrating = () => Promise.resolve();
  });

  /** Holds every migration until as many run as may; says how many ran at most. */
  function holdUntil(most: number): () => number {
    let running = 0;
    let seen = 0;
    let open: () => void = () => undefined;
    const full = new Promise<void>((resolve) => (open = resolve));
    bed.ground.migrating = async () => {
      running += 1;
      seen = Math.max(seen, running);
      if (running >= most) open();
      await full;
      running -= 1;
    };
    return () => seen;
  }

  it('keeps the cap in all: that many run at once, and never more', async () => {
    bed.ground.projects = someProjects(12);
    const seen = holdUntil(3);
    const handle = await bed.start({ limits: { concurrency: 3 } });
    expect(await reportOf(handle)).toMatchObject({ outcome: 'migrated', counts: { migrated: 12 } });
    const spans = await timelineOf(
      bed.temporal,
      bed.ground.projects.map(({ ref }) => ref),
    );
    expect(mostAtOnce(spans)).toBe(3);
    expect(seen()).toBe(3);
  });

  it('keeps the caps of each source and of each target server', async () => {
    const groups = [
      someProjects(4, { source: 'shared', target: 'east' }),
      someProjects(4, { source: 'shared', target: 'west' }),
      someProjects(4, { source: 'other', target: 'west' }),
    ] as const;
    bed.ground.projects = groups.flat();
    holdUntil(4);
    const handle = await bed.start({ limits: { concurrency: 10, perSource: 3, perTarget: 2 } });
    expect(await reportOf(handle)).toMatchObject({ outcome: 'migrated' });
    const atOnce = async (...chosen: readonly (typeof groups)[number][]): Promise<number> =>
      mostAtOnce(
        await timelineOf(
          bed.temporal,
          chosen.flat().map(({ ref }) => ref),
        ),
      );
    expect(await atOnce(groups[0], groups[1])).toBeLessThanOrEqual(3);
    expect(await atOnce(groups[0])).toBeLessThanOrEqual(2);
    expect(await atOnce(groups[1], groups[2])).toBeLessThanOrEqual(2);
    expect(await atOnce(...groups)).toBe(4);
  });

  it('starts nothing else where a canary fails', async () => {
    const [first, ...rest] = someProjects(6).map((project, index) =>
      index < 3 ? { ...project, canary: true } : project,
    );
    if (first === undefined) throw new Error('no project');
    bed.ground.projects = [first, ...rest];
    bed.ground.migrating = failingFor([first.ref]);
    const handle = await bed.start({ canary: 3, limits: { concurrency: 5 } });
    const report = await reportOf(handle);
    expect(report).toMatchObject({
      outcome: 'stopped',
      stoppedBy: `the canary ${first.ref} was not migrated: restored`,
      counts: { migrated: 2, restored: 1 },
    });
    expect(await statusOf(handle)).toBe('FAILED');
    expect(report.projects).toHaveLength(3);
  });

  it('lets nothing else start before every canary has been migrated', async () => {
    const projects = someProjects(5).map((project, index) => ({ ...project, canary: index < 2 }));
    bed.ground.projects = projects;
    const handle = await bed.start({ canary: 2, limits: { concurrency: 5 } });
    await reportOf(handle);
    const spans = await timelineOf(
      bed.temporal,
      projects.map(({ ref }) => ref),
    );
    const canariesEnded = Math.max(...spans.slice(0, 2).map(({ to }) => to));
    expect(Math.min(...spans.slice(2).map(({ from }) => from))).toBeGreaterThanOrEqual(
      canariesEnded,
    );
  });

  it('stops when more have failed than may, by number', async () => {
    bed.ground.projects = someProjects(20);
    bed.ground.migrating = failingFor(bed.ground.projects.map(({ ref }) => ref));
    const handle = await bed.start({ limits: { concurrency: 1, maxFailures: 2 } });
    expect(await reportOf(handle)).toMatchObject({
      outcome: 'stopped',
      stoppedBy: '3 projects failed; maxFailures is 2',
      counts: { migrated: 0, restored: 3 },
      failures: { DataRejected: 3 },
    });
  });

  it('stops when a larger share has failed than may, once ten have ended', async () => {
    bed.ground.projects = someProjects(30);
    const bad = bed.ground.projects.filter((_, index) => index % 2 === 0).map(({ ref }) => ref);
    bed.ground.migrating = failingFor(bad);
    const handle = await bed.start({ limits: { concurrency: 1, maxFailureRatio: 0.2 } });
    const report = await reportOf(handle);
    expect(report.stoppedBy).toBe('5 of 10 projects failed; maxFailureRatio is 0.2');
    expect(report.projects).toHaveLength(10);
  });

  it('completes whatever has failed where no limit says otherwise, and says why', async () => {
    bed.ground.projects = someProjects(4);
    const bad = bed.ground.projects[1]?.ref ?? '';
    bed.ground.migrating = failingFor([bad]);
    const handle = await bed.start({});
    const report = await reportOf(handle);
    expect(report).toMatchObject({ outcome: 'incomplete', counts: { migrated: 3, restored: 1 } });
    expect(report.projects.find(({ projectRef }) => projectRef === bad)).toMatchObject({
      outcome: 'restored',
      problems: [{ code: 'DataRejected' }],
    });
    expect(await statusOf(handle)).toBe('COMPLETED');
  });
});

function failingFor(refs: readonly string[]): (ref: string) => Promise<void> {
  return (ref) =>
    refs.includes(ref)
      ? Promise.reject(ApplicationFailure.nonRetryable('injected', 'DataRejected'))
      : Promise.resolve();
}

async function statusOf(handle: WorkflowHandle): Promise<string> {
  return (await handle.describe()).status.name;
}
