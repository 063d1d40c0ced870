import { failing, type ActivityName, type Intervene } from '../support/harness/interventions';
import { imageOf } from '../support/harness/image';
import { makeEmpty } from '../support/harness/targets';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { tryAll, type Trial, type Verdict } from '../support/harness/trials';

const STEPS: readonly ActivityName[] = [
  'backupProject',
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'finishSchema',
  'verifyProject',
];

const absent = STEPS.flatMap((step): readonly Trial[] => [
  { name: `absent, before ${step}`, intervene: () => failing(step, 'before') },
  { name: `absent, after ${step}`, intervene: () => failing(step, 'after') },
]);
const empty = STEPS.map((step): Trial => {
  const intervene = (): Intervene => failing(step, 'after');
  return { name: `empty, after ${step}`, intervene, prepare: makeEmpty };
});

describe('migrateProject into an absent or an empty database, with a failure', () => {
  let bed: Testbed;
  let untouched: readonly string[];
  let verdictOf: (name: string) => Promise<Verdict>;
  beforeAll(async () => {
    bed = await openTestbed();
    untouched = await imageOf(bed.source);
    verdictOf = tryAll(bed, [...absent, ...empty]);
  });
  afterAll(() => bed.close());

  it.each(absent.map(({ name }) => name))('leaves no database: %s', async (name) => {
    const { ending, after, stagingLeft } = await verdictOf(name);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(ending.message).toMatch(/injected .*\. Restored: /);
    expect({ after, stagingLeft }).toEqual({ after: undefined, stagingLeft: false });
  });

  it.each(empty.map(({ name }) => name))('leaves the database as it was: %s', async (name) => {
    const { ending, before, after } = await verdictOf(name);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(before?.length).toBeGreaterThan(3);
    expect(after).toEqual(before);
  });

  it.each([...absent, ...empty].map(({ name }) => name))(
    'leaves a whole backup or none: %s',
    async (name) => {
      const { backups } = await verdictOf(name);
      const none = name.endsWith('before backupProject');
      expect(backups).toEqual(none ? [] : [expect.stringMatching(/^backup_.*_[0-9]+$/)]);
    },
  );

  it('leaves the source as it was, after all of them', async () => {
    for (const { name } of [...absent, ...empty]) await verdictOf(name);
    expect(await imageOf(bed.source)).toEqual(untouched);
  });
});
