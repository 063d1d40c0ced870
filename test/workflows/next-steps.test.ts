import { documentOf } from '../../client/outcome';
import { planText } from '../../client/report/plan';
import { reportText } from '../../client/report/text';
import { endingOf } from '../support/harness/ending';
import { failing } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const flat = (text: string): string => text.replace(/\s+/g, ' ');

describe('what is left to do by hand', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  const FILES = 'Copy the files themselves to the file store of the new Storage.';
  const STOP = 'stop the old Storage first and never start it again';

  it('stands in the plan, for people and as JSON, and warns of two Storages on the same files', async () => {
    const plan = await planOf(bed, bed.nextProject());
    for (const words of [FILES, STOP]) {
      expect(flat(planText(plan))).toContain(words);
      const json = documentOf({ kind: 'plan', plan }, { startedAt: '' });
      expect(JSON.stringify(json)).toContain(words);
    }
  });

  it('stands in the report, for people and as JSON, and in the Web UI once the run is done', async () => {
    const handle = await bed.start('migrateProject', [bed.nextProject()]);
    const { report } = await endingOf(handle);
    if (report === undefined) throw new Error('the run left no report');
    expect(flat(reportText(report))).toContain(FILES);
    const json = documentOf({ kind: 'report', report }, { startedAt: '' });
    expect(JSON.stringify(json)).toContain(STOP);
    const { currentDetails } = await handle.query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    expect(currentDetails).toContain('**Left to do by hand:**');
    expect(currentDetails).toContain(FILES);
  });

  it('is not asked for if nothing was moved', async () => {
    const { report } = await bed.run(
      'migrateProject',
      bed.nextProject(),
      failing('migrateAuth', 'after'),
    );
    expect(report).not.toHaveProperty('nextSteps');
  });
});
