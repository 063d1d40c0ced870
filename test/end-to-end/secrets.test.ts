import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { WorkflowHandle } from '@temporalio/client';
import { execute, freshName, query, urlOf } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import { before } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const PASSWORD = 'canary-password-5150';

describe('what Temporal remembers', () => {
  let bed: Testbed;
  let role: string;
  beforeAll(async () => {
    bed = await openTestbed();
    role = freshName('role');
    await execute('postgres', `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
    bed.configured.urls = { shared: as(bed.source), projects: as('postgres') };
  });
  afterAll(async () => {
    await execute('postgres', `DROP OWNED BY ${role}`);
    await bed.close();
    await execute('postgres', `DROP ROLE ${role}`);
  });

  it.each(['migrated', 'restored'])(
    'holds no password and no value of a row: %s',
    async (outcome) => {
      const project = bed.nextProject();
      const change = async (): Promise<void> => {
        await execute(project.databaseName, "UPDATE auth.users SET phone_change = 'canary-value'");
      };
      const intervene = outcome === 'restored' ? before('verifyProject', change) : undefined;
      const handle = await bed.start('migrateProject', [project], intervene);
      const ending = await endingOf(handle);
      expect(ending.report?.outcome).toBe(outcome);
      const told = `${await historyOf(handle)}${JSON.stringify(ending)}`;
      expect(told).toContain(project.projectRef);
      expect(told).not.toContain(PASSWORD);
      expect(told).not.toContain('postgresql://');
      for (const value of await valuesOf(bed.source, project.projectRef)) {
        expect(told).not.toContain(value);
      }
    },
  );

  function as(database: string): string {
    const url = new URL(urlOf(database));
    url.username = role;
    url.password = PASSWORD;
    return url.href;
  }
});

/** The whole history with its payloads in clear. */
async function historyOf(handle: WorkflowHandle): Promise<string> {
  const json = JSON.stringify(historyToJSON(await handle.fetchHistory()));
  const payloads = json.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g);
  const clear = [...payloads].map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'));
  return [json, ...clear].join('\n');
}

/** Values that only the rows of the project hold. */
async function valuesOf(source: string, projectRef: string): Promise<readonly string[]> {
  const rows = await query<{ value: string | null }>(
    source,
    `SELECT unnest(ARRAY[id::text, email, encrypted_password]) AS value FROM auth.users
      WHERE raw_app_meta_data ->> 'project_ref' = $1`,
    [projectRef],
  );
  const values = rows.map(({ value }) => value ?? '').filter((value) => value.length > 8);
  if (values.length < 10) throw new Error('the studio gave too few values to look for');
  return values;
}
