import type { ScheduleDescription } from '@temporalio/client';
import { until } from '../../support/until';
import { step } from '../../support/step';
import { bundledWorkflows } from '../../support/harness/bundled-workflows';
import { expectSaid } from './expect-said';
import { InventoryStub } from './inventory-stub';
import { fleetPlace, type FleetPlace } from './place';

const inventory = new InventoryStub();
let place: FleetPlace;
let name: string;

beforeAll(async () => {
  place = await fleetPlace({ ...bundledWorkflows(), activities: inventory.activities() });
  name = place.name('nightly');
});

afterAll(async () => {
  await place.client.schedule
    .getHandle(name)
    .delete()
    .catch(() => undefined);
  await place.close();
});

const describeIt = (): Promise<ScheduleDescription> =>
  place.client.schedule.getHandle(name).describe();

/** Resolves once the schedule is so. */
async function untilIt(what: string, isSo: (now: ScheduleDescription) => boolean): Promise<void> {
  await until(what, describeIt, { isSo });
}

const aFleetWaits = (): Promise<true> =>
  until('a fleet that makes its list', () => inventory.waiting > 0);

const statusOf = async (run: ScheduleDescription['info']['recentActions'][number] | undefined) => {
  const { workflowId = '' } = run?.action.workflow ?? {};
  return (await place.client.workflow.getHandle(workflowId).describe()).status.name;
};

describe('moveout schedule', () => {
  it('makes, fires, pauses, resumes, triggers and deletes a Schedule', async () => {
    await step('creates a Schedule that starts fleets, as Temporal shows it', async () => {
      const created = await place.moveout(
        ...['schedule', 'create', name, '--every=2s', '--canary=3', '--concurrency=8'],
        ...['--max-failures=10', '--window=22:00-05:00', '--timezone=Europe/Berlin'],
      );
      expect(created.stderr).toBe('');
      expect(created.stdout).toMatch(
        /^nightly-\w+ is created: every configured project · 3 canaries/,
      );
      expect(created.status).toBe(0);
      const { action, policies, memo, spec } = await describeIt();
      expect(action).toMatchObject({
        ...{ type: 'startWorkflow', workflowType: 'migrateAll', taskQueue: place.taskQueue },
        workflowId: `migrate-all/${name}`,
      });
      expect(action.args).toEqual([
        expect.objectContaining({
          ...{ canary: 3, cancelRunning: false, replace: false },
          limits: {
            ...{ concurrency: 8, maxFailures: 10 },
            window: { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' },
          },
        }),
      ]);
      expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 600_000, pauseOnFailure: true });
      expect(spec.intervals).toMatchObject([{ every: 2_000 }]);
      expect(memo).toEqual({
        about:
          'every configured project · 3 canaries first · 8 at once · at most 10 failures · 22:00-05:00 Europe/Berlin',
      });
    });

    await step('refuses a second of the same name', async () => {
      expectSaid(
        await place.moveout('schedule', 'create', name, '--every=1h'),
        2,
        /^InvalidInput: a schedule "nightly-\w+" already exists: .*\n$/,
      );
    });

    await step(
      'fires, skips the times at which its fleet still runs, and fires again',
      async () => {
        await aFleetWaits();
        await untilIt('a skipped time', ({ info }) => info.numActionsSkippedOverlap > 0);
        expect((await describeIt()).info.runningActions).toHaveLength(1);
        expect(inventory.waiting).toBe(1);
        inventory.decide('empty');
        await aFleetWaits();
        const [first, second, ...more] = (await describeIt()).info.recentActions;
        expect([await statusOf(first), await statusOf(second), more]).toEqual([
          ...['COMPLETED', 'RUNNING', []],
        ]);
      },
    );

    await step('runs already when it is triggered then, and says so', async () => {
      expectSaid(
        await place.moveout('schedule', 'trigger', name),
        2,
        /is already running, as migrate-all\/nightly-\w+-\d{4}-/,
      );
    });

    await step('pauses when a fleet fails, and is listed so', async () => {
      inventory.decide('broken');
      await untilIt('a pause', ({ state }) => state.paused);
      const { state, info } = await describeIt();
      expect(state.note).toMatch(/failure/);
      expect(info.runningActions).toEqual([]);
      expect(await statusOf(info.recentActions.at(-1))).toBe('FAILED');
      await until('the list', async () => {
        const { stdout } = await place.moveout('schedule', 'list');
        return new RegExp(`^ +${name} .* UTC +PAUSED +.*failure`, 'm').test(stdout);
      });
    });

    await step('goes on when it is resumed, and stands still when it is paused', async () => {
      expectSaid(
        await place.moveout('schedule', 'resume', name),
        0,
        / is active again; next start: \d{4}-.* UTC\.\n$/,
      );
      await aFleetWaits();
      expect(await place.moveout('schedule', 'pause', name)).toMatchObject({ status: 0 });
      inventory.decide('empty');
      await untilIt('the end of its fleet', ({ info }) => info.runningActions.length === 0);
      expect((await describeIt()).state).toMatchObject({
        ...{ paused: true, note: 'Paused by moveout schedule pause.' },
      });
    });

    await step('starts one fleet when it is triggered, also while it is paused', async () => {
      const before = (await describeIt()).info.numActionsTaken;
      expect(await place.moveout('schedule', 'trigger', name)).toMatchObject({ status: 0 });
      await aFleetWaits();
      inventory.decide('empty');
      await untilIt('the end of its fleet', ({ info }) => info.runningActions.length === 0);
      expect((await describeIt()).info.numActionsTaken).toBe(before + 1);
    });

    await step('is gone when it is deleted, which is said to whoever names it then', async () => {
      expect(await place.moveout('schedule', 'delete', name)).toMatchObject({ status: 0 });
      for (const action of ['pause', 'resume', 'trigger', 'delete']) {
        expect(await place.moveout('schedule', action, name)).toMatchObject({
          ...{ status: 2, stdout: '' },
          stderr: `InvalidInput: there is no schedule "${name}"; moveout schedule list shows all schedules\n`,
        });
      }
    });
  });
});
