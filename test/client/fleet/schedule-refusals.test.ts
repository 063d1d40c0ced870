import type { ScheduleSpec } from '@temporalio/client';
import { runScript } from '../script';
import { expectSaid } from './expect-said';
import { fleetPlace, type FleetPlace } from './place';

let place: FleetPlace;

beforeAll(async () => {
  place = await fleetPlace({ workflowsPath: require.resolve('./pretend/migrate-all') });
});

afterAll(() => place.close());

describe('moveout schedule, used wrongly', () => {
  const refusalOf = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await place.moveout('schedule', ...args);
    expect([status, stdout]).toEqual([2, '']);
    return stderr;
  };

  it.each<[readonly string[], string | RegExp]>([
    [['a b', '--every=1h'], 'the name must be made of letters'],
    [['n'], 'one of --cron or --every must say when the schedule runs'],
    [['n', '--every=1h', '--cron=0 1 * * *'], 'one of --cron or --every must say'],
    [['n', '--every=soon'], '--every must be a time such as 30m, 12h or 1d'],
    [['n', '--cron=0 1 * * *', '--timezone=Nowhere'], '--timezone must be the name of a time zone'],
    [['n', '--cron=at ten'], 'Temporal does not accept --cron'],
    [['n', '--every=1h', '--concurrency=0'], '--concurrency must be a whole number from 1 to 500'],
    [['n', '--every=1h', '--of=any', '--file=x'], '--of cannot be used with --file'],
  ])('refuses create %j in one message', async (args, message) => {
    const said = await refusalOf('create', ...args);
    expect(said).toContain(message);
    expect(said).toMatch(/^.*\n$/);
  });

  it.each(['pause', 'resume', 'trigger', 'delete'])('names what is missing: %s ""', async (act) => {
    expect(await refusalOf(act, '')).toMatch(
      /^InvalidInput: the name of the schedule is empty; .*\n$/,
    );
  });

  it('touches no schedule of something else, and lists none', async () => {
    const foreign = place.name('foreign');
    const { schedule } = place.client;
    const action = { type: 'startWorkflow', workflowType: 'other', taskQueue: 'q' } as const;
    const spec: ScheduleSpec = { intervals: [{ every: '1h' }] };
    const handle = await schedule.create({ scheduleId: foreign, spec, action });
    expect(await refusalOf('delete', foreign)).toContain('starts other, not a fleet');
    expect((await place.moveout('schedule', 'list')).stdout).not.toContain(foreign);
    await handle.delete();
  });

  it('needs a Temporal that goes on running, and says when it does not answer', async () => {
    const at = (env: Readonly<Record<string, string>>) =>
      runScript(['schedule', 'list'], { cwd: process.cwd(), program: 'main', env });
    expectSaid(await at({}), 2, /needs a Temporal server that keeps running/);
    expectSaid(
      await at({ TEMPORAL_ADDRESS: '127.0.0.1:1' }),
      2,
      /^ServerUnavailable: the Temporal server at 127\.0\.0\.1:1 does not answer: .*\n$/,
    );
  });
});
