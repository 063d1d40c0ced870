import { WORKFLOW_TYPES, type WorkflowType } from '../../workflows/domain/names';
import { endingOf } from '../support/harness/ending';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const MIGRATE = { projectRef: 'project-abc', databaseName: 'some_db', ownerUserId: 'user-1' };
const WITHOUT_REPORT: readonly WorkflowType[] = [
  'migrateAll',
  'planProject',
  'planRestore',
  'reconcile',
];
const WITH_REPORT = WORKFLOW_TYPES.filter((type) => !WITHOUT_REPORT.includes(type));

describe('raw input of the workflows', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  async function expectRefused(type: WorkflowType, args: readonly unknown[], says: RegExp) {
    const ending = await endingOf(await bed.start(type, args));
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
    expect(ending.message).toMatch(says);
    expect(ending.report?.problems.map(({ code }) => code)).toEqual(['InvalidInput']);
  }

  it.each(
    WITH_REPORT.flatMap((type) =>
      [[], [null], ['text'], [[1]], [7]].map((args) => ({ type, args })),
    ),
  )('$type fails at once on $args', ({ type, args }) =>
    expectRefused(type, args, /the input must be one JSON object/),
  );

  it.each([
    ...[[], [null], ['text']].map((args) => ({ type: 'planProject' as const, args })),
    ...[[], [null], ['text']].map((args) => ({ type: 'planRestore' as const, args })),
    ...[[null], ['text'], [[1]], [7]].map((args) => ({ type: 'reconcile' as const, args })),
  ])('$type fails at once on $args', async ({ type, args }) => {
    const ending = await endingOf(await bed.start(type, args));
    expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
    expect(ending.message).toMatch(/the input must be one JSON object/);
  });

  it.each([
    ['a missing ref', { ...MIGRATE, projectRef: undefined }, /"projectRef" is missing/],
    ['a misspelt field', { ...MIGRATE, ownerUser: 'x' }, /unknown field "ownerUser"/],
    ['a ref with a quote', { ...MIGRATE, projectRef: "o'clock" }, /"projectRef" must match/],
    [
      'a number for a name',
      { ...MIGRATE, databaseName: 7 },
      /"databaseName" must be a text, not a number/,
    ],
    ['a reserved name', { ...MIGRATE, databaseName: 'template1' }, /"databaseName" must not be/],
    ['a name in capitals', { ...MIGRATE, databaseName: 'Some_DB' }, /"databaseName" must match/],
    [
      'a text for a switch',
      { ...MIGRATE, replace: 'yes' },
      /"replace" must be true or false, not a text/,
    ],
    [
      'a list for a name',
      { ...MIGRATE, ownerUserId: ['x'] },
      /"ownerUserId" must be a text, not a list/,
    ],
    [
      'nothing for a choice',
      { ...MIGRATE, onDrift: null },
      /"onDrift" must be one of report, fail/,
    ],
    [
      'an unknown choice',
      { ...MIGRATE, onDrift: 'ignore' },
      /"onDrift" must be one of report, fail/,
    ],
    [
      'a line break in the owner',
      { ...MIGRATE, ownerUserId: 'a\nb' },
      /"ownerUserId" must not contain/,
    ],
  ] as const)('migrateProject names the field: %s', (_what, input, says) =>
    expectRefused('migrateProject', [input], says),
  );

  it.each([
    [null, /the input must be one JSON object/],
    [{ canary: -1 }, /"canary" must be at least 0/],
    [
      { canary: -1, limits: { concurrency: 0 }, failedOf: 'me', fiel: 'x' },
      /"failedOf".*"canary".*concurrency.*fiel/,
    ],
    [{ canary: 'all' }, /"canary" must be a number, not a text/],
    [{ exclude: 'project-abc' }, /"exclude" must be a list, not a text/],
  ] as const)('migrateAll starts no fleet on %j', async (input, says) => {
    const ending = await endingOf(await bed.start('migrateAll', [input]));
    expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
    expect(ending.message).toMatch(says);
    expect(ending.message).not.toMatch(/expected|Invalid|Too small/);
  });

  it.each(WORKFLOW_TYPES)(
    '%s is refused with a second input, whose fields are named',
    async (type) => {
      const more = { databaseName: 'secret', replace: true };
      const ending = await endingOf(await bed.start(type, [{ projectRef: 'project-abc' }, more]));
      expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
      expect(ending.message).toBe(
        'Refused, nothing was touched: the workflow takes one input, and 2 were given: put all fields into one JSON object, and give --input once; not read: "databaseName", "replace"',
      );
    },
  );

  it('is refused at once under a workflow type that there is not', async () => {
    const { temporal, taskQueue } = bed;
    const workflowId = `misspelt-${taskQueue}`;
    const handle = await temporal.workflow.start('migrateproject', {
      ...{ taskQueue, workflowId, args: [MIGRATE] },
    });
    const ending = await endingOf(handle);
    expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
    expect(ending.message).toMatch(
      /^Refused, nothing was touched: there is no workflow type "migrateproject"; it must be one of migrateProject, /,
    );
  });

  it('names all wrong fields in one message', () =>
    expectRefused(
      'migrateProject',
      [{ databaseName: 'X', extra: 1 }],
      /projectRef.*databaseName.*extra|extra.*/s,
    ));

  it('asks for the database and the owner that no configuration says', async () => {
    await expectRefused(
      'migrateProject',
      [{ projectRef: 'project-abc' }],
      /"databaseName" is missing/,
    );
    const ending = await bed.run('migrateProject', {
      ...bed.nextProject(),
      ownerUserId: undefined,
    });
    expect(ending.message).toMatch(/"ownerUserId" is missing/);
  });

  it.each(['../../etc', 'backup_project-abc_1/..', 'backup_project-abc_', 'metadata.json'])(
    'restoreProject refuses the backup id %s',
    (backupId) =>
      expectRefused(
        'restoreProject',
        [{ backupId, databaseName: 'some_db' }],
        /"backupId" must be the name/,
      ),
  );
});
