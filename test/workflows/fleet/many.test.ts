import type { WorkflowHandle } from '@temporalio/client';
import { defineUpdate } from '@temporalio/workflow';
import type { FleetProgress } from '../../../workflows/domain/fleet';
import {
  openStubbedFleet,
  progressOf,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';
import { until } from '../../support/until';
import { reportOf } from './report-of';

/** 10,000 in `npm run test:fleet`; a plain test run has time for a fleet that continues once. */
const PROJECTS = Number(process.env['MOVEOUT_FLEET_PROJECTS'] ?? 450);

/** Ten projects a second are slow. */
const LIMIT_MS = 120_000 + PROJECTS * 200;

jest.setTimeout(LIMIT_MS);

/** What Temporal warns at is 10,240 events; it suggests to continue as new at 4,096. */
const MOST_EVENTS = 4_500;

describe('a fleet of many projects', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  it('moves each once, through a pause and other limits, with a bounded history', async () => {
    const times = new Map<string, number>();
    bed.ground.projects = someProjects(PROJECTS);
    bed.ground.migrating = (ref) => {
      times.set(ref, (times.get(ref) ?? 0) + 1);
      return Promise.resolve();
    };
    const handle = await bed.start({ limits: { concurrency: 5 } });
    const latest = bed.temporal.workflow.getHandle(handle.workflowId);
    const moved = (progress: FleetProgress): number => progress.counts.migrated;

    await seen(latest, (progress) => moved(progress) > PROJECTS * 0.1);
    await update(latest, 'pause');
    const paused = await seen(latest, ({ running }) => running.length === 0);
    expect(moved(await progressOf(latest))).toBe(moved(paused));
    await update(latest, 'changeLimits', { concurrency: 12, maxFailures: 3 });
    await update(latest, 'resume');
    await seen(latest, ({ running }) => running.length > 5);

    const report = await reportOf(latest);
    expect(report).toMatchObject({ outcome: 'migrated', counts: { migrated: PROJECTS } });
    expect([...times.values()].filter((count) => count !== 1)).toEqual([]);
    expect(times.size).toBe(PROJECTS);
    const recorded = [...bed.ground.records]
      .filter(([part]) => part.startsWith(report.fleetId))
      .flatMap(([, entries]) => entries.map(({ projectRef }) => projectRef));
    expect(new Set(recorded).size).toBe(PROJECTS);
    expect(recorded).toHaveLength(PROJECTS);

    const lengths = await historyLengths(handle.workflowId);
    expect(lengths.length).toBeGreaterThanOrEqual(Math.ceil(PROJECTS / 400));
    expect(Math.max(...lengths)).toBeLessThan(MOST_EVENTS);
  });

  /** The number of events of each run of a fleet, once every run is listed. */
  async function historyLengths(workflowId: string): Promise<readonly number[]> {
    return until('every run of the fleet to be listed as closed', async () => {
      const lengths: number[] = [];
      for await (const run of bed.temporal.workflow.list({
        query: `WorkflowId = "${workflowId}"`,
      })) {
        if (run.status.name === 'RUNNING') return undefined;
        lengths.push(run.historyLength);
      }
      return lengths;
    });
  }

  function seen(
    handle: WorkflowHandle,
    is: (progress: FleetProgress) => boolean,
  ): Promise<FleetProgress> {
    return until('the fleet to come so far', () => progressOf(handle), {
      isSo: is,
      limitMs: LIMIT_MS,
    });
  }

  function update(handle: WorkflowHandle, name: string, asked?: unknown): Promise<FleetProgress> {
    return handle.executeUpdate(defineUpdate<FleetProgress, [unknown]>(name), { args: [asked] });
  }
});
