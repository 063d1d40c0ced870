import { execute } from '../support/harness/databases';
import type { Ending } from '../support/harness/ending';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { aFewAtOnce, type AFewAtOnce } from './a-few-at-once';
import type { Corruption } from './corruption';
import { HARMLESS } from './harmless';
import { copyWhole, migrateIn, prepareSource, readNeighbour } from './pristine';
import { spoil } from './spoil';
import { CORRUPTIONS } from './targets';

type Change = Pick<Corruption, 'what' | 'sql'>;

const CHANGES: readonly Change[] = [...CORRUPTIONS, ...HARMLESS];

describe('verifyProject', () => {
  let bed: Testbed;
  let endings: AFewAtOnce<Change, Ending>;
  beforeAll(async () => {
    bed = await openTestbed();
    const of = await prepareSource(bed);
    const [json, copy] = [await migrateIn(bed, of, 'json'), await migrateIn(bed, of, 'copy')];
    const neighbour = await readNeighbour(bed.source);
    endings = aFewAtOnce(CHANGES, async (change) => {
      // Each format gets every second change, of each kind.
      const { project, backupId } = CHANGES.indexOf(change) % 2 === 0 ? json : copy;
      const databaseName = await copyWhole(project.databaseName);
      await spoil(change.sql, { database: databaseName, neighbour });
      const ending = await bed.run('verifyProject', { ...project, databaseName, backupId });
      // One by one: all of them at the end would be more than a hook has time for.
      await execute('postgres', `DROP DATABASE ${databaseName} WITH (FORCE)`);
      return ending;
    });
  });
  afterAll(async () => {
    await endings.settled();
    await bed.close();
  });

  it.each(CORRUPTIONS)('finds $what', async (corruption) => {
    const { status, type, report } = await endings.resultOf(corruption);
    expect({ status, type, outcome: report?.outcome }).toEqual({
      status: 'Failed',
      type: 'VerificationFailed',
      outcome: 'different',
    });
    const different = report?.tables.filter(({ equal }) => !equal).map(({ table }) => table);
    expect(different).toEqual(corruption.tables);
    const said = report?.problems.map(({ message }) => message) ?? [];
    for (const name of corruption.names) expect(said.join('\n')).toContain(name);
  });

  it.each(HARMLESS)('is not alarmed by $what', async (change) => {
    const { status, report, message } = await endings.resultOf(change);
    expect({ status, message }).toEqual({ status: 'Completed', message: '' });
    expect(report).toMatchObject({ outcome: 'verified', problems: [], drift: [] });
  });
});
