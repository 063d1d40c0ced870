import { EventEmitter, once } from 'node:events';
import type { WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { endingOf } from '../support/harness/ending';
import { before, failing, type Intervene } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { keepIfAsked, keptHistory, recordedHistory } from './histories/histories';

const STATUS = new Map([
  ['migrated', 'Completed'],
  ['restored', 'Failed'],
  ['cancelled', 'Canceled'],
]);

describe('replay', () => {
  let bed: Testbed;
  let workflowBundle: WorkflowBundle;
  const histories = new Map<string, unknown>();
  beforeAll(async () => {
    bed = await openTestbed();
    workflowBundle = await bundleWorkflowCode({
      workflowsPath: require.resolve('../../workflows'),
      logger: new DefaultLogger('ERROR'),
    });
    await record('migrated', (_name, real) => real());
    await record('restored', failing('migrateStorage', 'after'));
    const known = new EventEmitter();
    const started = once(known, 'started');
    const cancel = before('migrateAuth', async () => {
      await started;
      await cancelling.cancel();
    });
    const cancelling = await bed.start('migrateProject', [bed.nextProject()], cancel);
    known.emit('started');
    await keep('cancelled', cancelling);
  });
  afterAll(() => bed.close());

  async function record(name: string, intervene: Intervene): Promise<void> {
    await keep(name, await bed.start('migrateProject', [bed.nextProject()], intervene));
  }

  async function keep(name: string, handle: WorkflowHandle): Promise<void> {
    const { status } = await endingOf(handle);
    expect({ name, status }).toEqual({ name, status: STATUS.get(name) });
    const history = await recordedHistory(handle);
    keepIfAsked(name, history);
    histories.set(name, history);
  }

  const replay = (history: unknown): Promise<void> =>
    Worker.runReplayHistory({ workflowBundle }, history);

  it.each([...STATUS.keys()])('takes the same way again through the history of a run: %s', (name) =>
    replay(histories.get(name)),
  );

  it.each([...STATUS.keys()])('still takes the way of an earlier version: %s', (name) =>
    replay(keptHistory(name)),
  );

  it('would notice another way', async () => {
    const text = JSON.stringify(histories.get('migrated')).replaceAll(
      '"initSchema"',
      '"migrateAuth"',
    );
    await expect(replay(JSON.parse(text))).rejects.toThrow(/[Nn]on-?determinism/);
  });
});
