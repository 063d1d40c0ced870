import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { migrationWorkflowId, type WorkflowType } from '../../workflows/domain/names';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { endingOf } from '../support/harness/ending';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const DAY_SECONDS = 86_400;

describe('the history of a run', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  /** Starts a run that has no limit of its own, to which the server would cut each step. */
  function start(type: WorkflowType, input: object): Promise<WorkflowHandle> {
    const { taskQueue, temporal } = bed;
    return temporal.workflow.start(type, { args: [input], workflowId: randomUUID(), taskQueue });
  }

  it('spends few events on search attributes, and gives a comparison all the time that it needs', async () => {
    const project = bed.nextProject();
    const migration = await start('migrateProject', project);
    expect(await endingOf(migration)).toMatchObject({ report: { outcome: 'migrated' } });
    const { projectRef, databaseName } = project;
    const verification = await start('verifyProject', { projectRef, databaseName });
    expect(await endingOf(verification)).toMatchObject({ report: { outcome: 'verified' } });

    const events = await eventsOf(migration);
    const upserts = events.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes);
    expect(upserts.length).toBeLessThanOrEqual(3);
    for (const run of [migration, verification]) {
      const days = await daysOf(run, 'verifyProject');
      expect(days).toHaveLength(1);
      expect(days[0]).toBeGreaterThanOrEqual(1);
    }
  });

  it('starts a child of a fleet with its names, which costs it no event, and lists it by them', async () => {
    const { projectRef, databaseName, ownerUserId } = bed.nextProject();
    const list = [{ ref: projectRef, database: databaseName, owner: ownerUserId }];
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
    const fleet = await start('migrateAll', {});
    expect(await fleet.result()).toMatchObject({ outcome: 'migrated' });

    const child = bed.temporal.workflow.getHandle(migrationWorkflowId(projectRef));
    const { typedSearchAttributes, memo } = await child.describe();
    const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      [SEARCH_ATTRIBUTES.project]: projectRef,
      [SEARCH_ATTRIBUTES.database]: databaseName,
      [SEARCH_ATTRIBUTES.owner]: ownerUserId,
      [SEARCH_ATTRIBUTES.outcome]: 'migrated',
    });
    expect(memo).toMatchObject({ connections: { source: 'shared' } });
    const events = await eventsOf(child);
    expect(events.filter((event) => event.workflowPropertiesModifiedEventAttributes)).toEqual([]);
    const upserts = events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: one }) =>
      Object.keys(one?.searchAttributes?.indexedFields ?? {}),
    );
    expect(upserts).toEqual([SEARCH_ATTRIBUTES.outcome]);
  });
});

async function eventsOf(run: WorkflowHandle) {
  const { events } = await run.fetchHistory();
  return events ?? [];
}

/** The days that each attempt of a step may take. */
async function daysOf(run: WorkflowHandle, step: string): Promise<readonly number[]> {
  const scheduled = (await eventsOf(run)).map(
    (event) => event.activityTaskScheduledEventAttributes,
  );
  return scheduled
    .filter((one) => one?.activityType?.name === step)
    .map((one) => Number(one?.startToCloseTimeout?.seconds ?? 0) / DAY_SECONDS);
}
