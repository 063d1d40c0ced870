import { defineUpdate } from '@temporalio/workflow';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import type { FleetProgress } from '../../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../../workflows/domain/names';
import {
  openStubbedFleet,
  progressOf,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';
import { until } from '../../support/until';
import { reportOf } from './report-of';
import { startedOf } from './timeline';

/** Migrations that stop in their middle until they are released. */
interface Hold {
  readonly held: (count: number) => Promise<unknown>;
  readonly letGo: (ref: string) => void;
  readonly letAllGo: () => void;
}

describe('a fleet that is steered', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  /** Holds migrations until each is released by name. */
  function hold(): Hold {
    const held = new Map<string, () => void>();
    let isOpen = false;
    bed.ground.migrating = (ref) =>
      isOpen ? Promise.resolve() : new Promise((resolve) => held.set(ref, resolve));
    return {
      held: (count) => until(`${count} migrations to be held`, () => held.size >= count),
      letGo: (ref) => held.get(ref)?.(),
      letAllGo: () => {
        isOpen = true;
        for (const resolve of held.values()) resolve();
      },
    };
  }

  const seen = (handle: WorkflowHandle, is: (progress: FleetProgress) => boolean) =>
    until('the fleet to come so far', () => progressOf(handle), { isSo: is });

  const update = (handle: WorkflowHandle, name: string, asked?: unknown) =>
    handle.executeUpdate(defineUpdate<FleetProgress, [unknown]>(name), { args: [asked] });

  it('starts nothing while it is paused, and goes on when it is resumed', async () => {
    bed.ground.projects = someProjects(5);
    const { held, letGo, letAllGo } = hold();
    const handle = await bed.start({ limits: { concurrency: 2 } });
    const { running } = await seen(handle, (progress) => progress.running.length === 2);
    await held(2);
    expect(await update(handle, 'pause')).toMatchObject({ state: 'paused' });
    letGo(running[0]?.projectRef ?? '');
    const paused = await seen(handle, ({ counts }) => counts.migrated === 1);
    expect(paused).toMatchObject({ state: 'paused', running: [running[1]], waiting: 3 });
    await update(handle, 'resume');
    expect(await seen(handle, (progress) => progress.running.length === 2)).toMatchObject({
      state: 'running',
    });
    letAllGo();
    expect(await reportOf(handle)).toMatchObject({ outcome: 'migrated', counts: { migrated: 5 } });
  });

  it('takes other limits while it runs', async () => {
    bed.ground.projects = someProjects(6);
    const { held, letAllGo } = hold();
    const handle = await bed.start({ limits: { concurrency: 1, maxFailures: 1 } });
    await seen(handle, (progress) => progress.running.length === 1);
    await held(1);
    const answer = await update(handle, 'changeLimits', { concurrency: 4, maxFailures: null });
    expect(answer.limits).toEqual({ concurrency: 4 });
    await seen(handle, (progress) => progress.running.length === 4);
    await held(4);
    letAllGo();
    await reportOf(handle);
  });

  it('refuses what would say nothing, with the reason, and writes nothing into its history', async () => {
    bed.ground.projects = someProjects(1);
    const { held, letAllGo } = hold();
    const handle = await bed.start({});
    await seen(handle, (progress) => progress.running.length === 1);
    await held(1);
    const refused = async (name: string, asked?: unknown): Promise<string> => {
      const error: unknown = await update(handle, name, asked).catch((caught: unknown) => caught);
      return error instanceof WorkflowUpdateFailedError ? String(error.cause?.message) : 'taken';
    };
    expect(await refused('resume')).toBe('it is not paused');
    expect(await refused('changeLimits', { concurrency: 0, speed: 3 })).toBe(
      '"concurrency" must be a whole number from 1 to 500; unknown limit "speed"',
    );
    expect(await refused('changeLimits', 'fast')).toMatch(/must be an object/);
    expect(await refused('changeLimits', { window: { from: '22:00' } })).toMatch(
      /"window" must be/,
    );
    const twice = handle.executeUpdate('changeLimits', {
      args: [{ concurrency: 1 }, { canary: 1 }],
    });
    await expect(twice).rejects.toHaveProperty(
      'cause.message',
      'all limits stand in one JSON object: give one --input',
    );
    const { events } = await handle.fetchHistory();
    expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(
      false,
    );
    letAllGo();
    await reportOf(handle);
  });

  it('ends after what runs, where a person says so', async () => {
    bed.ground.projects = someProjects(4);
    const { held, letAllGo } = hold();
    const handle = await bed.start({ limits: { concurrency: 2 } });
    await seen(handle, (progress) => progress.running.length === 2);
    await held(2);
    expect(await update(handle, 'stopAfterCurrent')).toMatchObject({ state: 'stopping' });
    letAllGo();
    expect(await reportOf(handle)).toMatchObject({ outcome: 'stopped', counts: { migrated: 2 } });
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });

  it('lets what runs end when it is cancelled', async () => {
    bed.ground.projects = someProjects(4);
    const { held, letAllGo } = hold();
    const handle = await bed.start({ limits: { concurrency: 2 } });
    await seen(handle, (progress) => progress.running.length === 2);
    await held(2);
    await handle.cancel();
    await seen(handle, ({ state }) => state === 'stopping');
    letAllGo();
    expect(await reportOf(handle)).toMatchObject({ outcome: 'cancelled', counts: { migrated: 2 } });
    expect((await handle.describe()).status.name).toBe('CANCELLED');
  });

  it('restores what runs when it is cancelled with cancelRunning', async () => {
    bed.ground.projects = someProjects(4);
    const { held, letAllGo } = hold();
    const handle = await bed.start({ cancelRunning: true, limits: { concurrency: 2 } });
    const { running } = await seen(handle, (progress) => progress.running.length === 2);
    await held(2);
    await handle.cancel();
    const statuses = async (): Promise<readonly string[]> =>
      Promise.all(
        running.map(async ({ workflowId }) => {
          const { events } = await bed.temporal.workflow.getHandle(workflowId).fetchHistory();
          const isAsked = events?.some(
            (event) => event.workflowExecutionCancelRequestedEventAttributes,
          );
          return isAsked === true ? 'asked' : 'not asked';
        }),
      );
    await until('both to be asked', async () =>
      (await statuses()).every((status) => status === 'asked'),
    );
    letAllGo();
    expect(await reportOf(handle)).toMatchObject({
      outcome: 'cancelled',
      counts: { cancelled: 2 },
    });
  });

  it('counts a child that was cancelled, terminated or busy, and is held up by none', async () => {
    bed.ground.projects = someProjects(4);
    const refs = bed.ground.projects.map(({ ref }) => ref);
    const { held, letAllGo } = hold();
    const first = await bed.start({ limits: { concurrency: 4 } });
    await seen(first, (progress) => progress.running.length === 4);
    await held(4);
    const second = await bed.start({ limits: { concurrency: 4 } });
    expect(await reportOf(second)).toMatchObject({ outcome: 'incomplete', counts: { busy: 4 } });
    const child = (index: number) =>
      bed.temporal.workflow.getHandle(migrationWorkflowId(refs[index] ?? ''));
    await child(0).terminate();
    await child(1).cancel();
    await seen(first, ({ counts }) => counts.terminated === 1);
    letAllGo();
    const report = await reportOf(first);
    expect(report.counts).toMatchObject({ migrated: 2, cancelled: 1, terminated: 1 });
    expect([...bed.ground.records].find(([part]) => part.startsWith(report.fleetId))?.[1]).toEqual(
      report.projects,
    );
    expect(await startedOf(bed.temporal, report.fleetId)).toEqual(
      refs.map(migrationWorkflowId).sort(),
    );
  });
});
