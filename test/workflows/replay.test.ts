import {
  bundleWorkflowCode,
  DefaultLogger,
  Worker,
  type ReplayWorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import { endingOf } from '../support/harness/ending';
import { useOwnServer } from '../support/harness/own-server';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import {
  keepIfAsked,
  keptHistories,
  keptHistory,
  recordedHistory,
  wordsOf,
} from './histories/histories';
import { KINDS } from './histories/kinds';
import { bundledWorkflows } from '../support/harness/bundled-workflows';

/** So few events that a fleet continues as new after its first child. */
const EVENTS = 12;

describe('replay', () => {
  let stopServers: readonly (() => Promise<void>)[];
  let bed: Testbed;
  const { workflowBundle: today } = bundledWorkflows();
  let swapped: WorkflowBundle;
  beforeAll(async () => {
    stopServers = [await useOwnServer(), await useOwnTemporal({ suggestAfter: EVENTS })];
    bed = await openTestbed();
    swapped = await bundled(require.resolve('./upgrade/variants/swapped'));
  });
  afterAll(async () => {
    await bed.close();
    await Promise.all(stopServers.map((stop) => stop()));
  });

  it.each(Object.entries(KINDS))(
    'takes the same way again through the history of a run: %s',
    async (name, { make, status }) => {
      const handle = await make(bed);
      expect(await endingOf(handle)).toMatchObject({ status });
      const history = await recordedHistory(handle, bed.backups);
      keepIfAsked(name, history);
      await replay(today, history);
    },
    240_000,
  );

  it.each(keptHistories())('still takes the way of an earlier version: %s', (name) =>
    replay(today, keptHistory(name)),
  );

  it('has a history of every kind to keep to', () => {
    expect(keptHistories()).toEqual(expect.arrayContaining(Object.keys(KINDS)));
  });

  it.each([
    ['parked', 'RestorePending'],
    ['cancelled', 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    ['fleet-continued', 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW'],
    ['reconciled', 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED'],
  ])('keeps what makes a kind: %s holds %s', (name, event) => {
    expect(wordsOf(keptHistory(name))).toContain(event);
  });

  it.each(keptHistories())('keeps nothing of the machine it was recorded on: %s', (name) => {
    const traces = wordsOf(keptHistory(name)).match(
      /\/(?:tmp|root|home|work)\b|\b\d+@|postgres(?:ql)?:\/\//g,
    );
    expect(traces).toBeNull();
  });

  it.each(['migrated', 'restored', 'cancelled', 'parked-and-started-again'])(
    'notices two steps that changed places: %s',
    async (name) => {
      await expect(replay(swapped, keptHistory(name))).rejects.toThrow(/[Nn]on-?determinism/);
    },
  );
});

function bundled(workflowsPath: string): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
}

type Bundle = NonNullable<ReplayWorkerOptions['workflowBundle']>;

function replay(workflowBundle: Bundle, history: unknown): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle }, history);
}
