import { execute, query } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { failing } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { keepCopy, makeCopy } from '../support/harness/targets';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { tryOut } from '../support/harness/trials';

/** What interrupted concurrent statements leave, of which `pg_index` says that it is not valid. */
const UNFINISHED = `
  CREATE INDEX users_half ON auth.users (lower(email), created_at);
  UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth.users_half'::regclass;
  CREATE UNIQUE INDEX users_pkey_ccnew ON auth.users (id);
  UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = 'auth.users_pkey_ccnew'::regclass;
  CREATE INDEX name_prefix_search_ccold ON storage.objects (name);
  UPDATE pg_index SET indisvalid = false, indisready = false, indislive = false
   WHERE indexrelid = 'storage.name_prefix_search_ccold'::regclass;
  CREATE TABLE auth.parts (id uuid REFERENCES auth.users, at int NOT NULL) PARTITION BY RANGE (at);
  CREATE TABLE auth.parts_1 PARTITION OF auth.parts FOR VALUES FROM (0) TO (10);
  CREATE INDEX parts_at ON ONLY auth.parts (at);`;
/** Fails on the rows, as a person meets it. */
const REFUSED = 'CREATE UNIQUE INDEX CONCURRENTLY users_of_role ON auth.users (role)';
const NAMES = [
  ...['auth.users_half', 'auth.users_pkey_ccnew', 'auth.users_of_role'],
  'storage.name_prefix_search_ccold',
];

let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
  const tables = { 'auth.parts': { scope: 'owned', via: 'id -> auth.users.id' } } as const;
  const { settings } = bed.configured;
  bed.configured.settings = { ...settings, scopes: { ...settings.scopes, tables } };
  await execute(bed.source, UNFINISHED);
  await expect(execute(bed.source, REFUSED)).rejects.toThrow(/could not create unique index/);
});
afterAll(() => bed.close());

async function invalidIn(database: string): Promise<readonly string[]> {
  const rows = await query<{ name: string }>(
    database,
    `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

describe('indexes that are not valid', () => {
  it('are named by the plan as warnings, and stay behind', async () => {
    const project = bed.nextProject();
    const { problems, warnings } = await planOf(bed, project);
    expect(problems).toEqual([]);
    const messages = warnings.map(({ message }) => message);
    for (const name of NAMES) {
      expect(messages).toContainEqual(
        expect.stringMatching(
          new RegExp(`^index ${name} on .* stays behind: .*REINDEX INDEX ${name}`),
        ),
      );
    }
    // REINDEX finishes none of a partitioned table.
    const partitioned = messages.find((message) => message.startsWith('index auth.parts_at on '));
    expect(partitioned).toMatch(/stays behind: .*; DROP INDEX auth\.parts_at removes it$/);
    expect(partitioned).not.toContain('REINDEX');
    const ending = await bed.run('migrateProject', project);
    expect(ending.report?.outcome).toBe('migrated');
    expect(await invalidIn(project.databaseName)).toEqual([]);
    expect((await imageOf(project.databaseName)).join()).not.toContain('users_half');
  });

  describe('in a target', () => {
    let filled: string;
    beforeAll(async () => {
      const project = bed.nextProject();
      expect((await bed.run('migrateProject', project)).message).toBe('');
      await execute(
        project.databaseName,
        `DROP SCHEMA moveout CASCADE;
         CREATE INDEX sessions_half ON auth.sessions (aal);
         CREATE UNIQUE INDEX users_of_aud ON auth.users (id, aud) WHERE false;
         UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('auth.sessions_half'::regclass, 'auth.users_of_aud'::regclass)`,
      );
      filled = await keepCopy(project.databaseName);
    });

    it.each([
      ['that keeps its schema', ''],
      ['whose schema gives way', 'ALTER TABLE auth.users ADD COLUMN own text'],
    ])('%s are no difference, and no restore fails for them', async (_, change) => {
      const prepare = async (database: string): Promise<void> => {
        await makeCopy(database, filled);
        if (change !== '') await execute(database, change);
      };
      const through = await tryOut(bed, {
        name: 'through',
        ...{ prepare, replace: true },
        intervene: () => (_name, real) => real(),
      });
      expect(through.ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
      expect(await invalidIn(through.project.databaseName)).toEqual([]);
      const failed = await tryOut(bed, {
        name: 'failed',
        ...{ prepare, replace: true },
        intervene: () => failing('verifyProject', 'after'),
      });
      expect(failed.ending).toMatchObject({ report: { outcome: 'restored' } });
    });
  });
});
