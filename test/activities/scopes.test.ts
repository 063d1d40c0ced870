import { NO_SCOPES, type Scopes } from '../../workflows/domain/scopes';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { LEFT, owned, STUDIO_OWN_TABLES } from './studio-own-tables';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

describe('scopes of tables', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    await execute(bed.source, STUDIO_OWN_TABLES);
  });
  beforeEach(() => configure({ 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT }));
  afterAll(() => bed.close());

  function configure(tables: Scopes['tables'], more: Partial<Scopes> = {}): void {
    const scopes = { ...NO_SCOPES, tables, ...more };
    bed.configured.settings = { ...bed.configured.settings, scopes };
  }

  async function ownRows(from: string): Promise<number> {
    const [found] = await query<{ n: number }>(
      bed.source,
      `SELECT count(*)::int AS n FROM ${from} JOIN auth.users u ON u.id = x.user_id
        WHERE u.raw_app_meta_data ->> 'project_ref' = $1`,
      [project.projectRef],
    );
    return found?.n ?? -1;
  }

  it('moves what key paths lead to, through tables that are configured themselves', async () => {
    const target = { ...project, databaseName: `${project.databaseName}_paths` };
    configure({
      'auth.notes': { scope: 'owned', via: 'user_id -> auth.users.id' },
      'auth.codes': { scope: 'owned', via: 'note -> auth.notes.id' },
      'storage.links': { scope: 'owned', via: 'bucket_id -> storage.buckets.id' },
    });
    const ending = await bed.run('migrateProject', target);
    expect(ending.message).toBe('');
    const rows = new Map(ending.report?.tables.map((table) => [table.table, table.rows]));
    expect(rows.get('auth.notes')).toBe(await ownRows('auth.notes x'));
    expect(rows.get('auth.codes')).toBe(
      await ownRows('(SELECT n.user_id FROM auth.codes c JOIN auth.notes n ON n.id = c.note) x'),
    );
    expect(rows.get('auth.notes')).toBeGreaterThan(0);
    expect(rows.get('storage.links')).toBeGreaterThan(0);
    await execute('postgres', `DROP DATABASE ${target.databaseName}`);
  });

  it('compares a text key with a uuid, as a studio may hold it', async () => {
    configure({
      'auth.notes': { scope: 'owned', via: 'author -> auth.users.id' },
      'auth.codes': LEFT,
      'storage.links': LEFT,
    });
    const plan = await planOf(bed, project);
    expect(plan.problems).toEqual([]);
    expect(plan.tables.find(({ table }) => table === 'auth.notes')).toMatchObject({
      scope: 'owned',
      rule: 'author → auth.users.id',
    });
  });

  it('leaves the rows of an excluded table behind, and its empty table in the target', async () => {
    const target = { ...project, databaseName: `${project.databaseName}_left` };
    const ending = await bed.run('migrateProject', target);
    expect(ending.message).toBe('');
    expect(await query(target.databaseName, 'SELECT FROM auth.notes')).toEqual([]);
    expect(ending.report?.tables).toContainEqual(
      expect.objectContaining({ table: 'auth.notes', rows: 0, targetRows: 0, equal: true }),
    );
    await execute('postgres', `DROP DATABASE ${target.databaseName}`);
  });

  it('leaves pending tokens and challenges behind when it is told to', async () => {
    configure(
      { 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT },
      { ephemeral: 'drop' },
    );
    const ending = await bed.run('backupProject', {
      projectRef: project.projectRef,
      databaseName: project.databaseName,
    });
    const counts = new Map(ending.report?.tables.map(({ table, rows }) => [table, rows]));
    const dropped = ['auth.one_time_tokens', 'auth.mfa_challenges', 'auth.flow_state'];
    expect(dropped.map((table) => counts.get(table))).toEqual([0, 0, 0]);
    expect(counts.get('auth.sessions')).toBeGreaterThan(0);
  });

  it('finds a user behind an id that is written in capitals', async () => {
    configure({
      'auth.notes': owned('shouted -> auth.users.id'),
      'auth.codes': LEFT,
      'storage.links': LEFT,
    });
    const { tables } = await planOf(bed, project);
    const rows = tables.find(({ table }) => table === 'auth.notes')?.rows;
    expect(rows).toBe(await ownRows('auth.notes x'));
    expect(rows).toBeGreaterThan(0);
  });

  it('leaves a column behind with all that is computed from it', async () => {
    const target = { ...project, databaseName: `${project.databaseName}_column` };
    configure(
      {
        'auth.notes': owned('user_id -> auth.users.id'),
        'auth.codes': LEFT,
        'storage.links': LEFT,
      },
      { columns: { 'auth.notes.note': { scope: 'excluded', because: 'private' } } },
    );
    const ending = await bed.run('migrateProject', target);
    expect(ending.message).toBe('');
    const columns = await query<{ name: string }>(
      target.databaseName,
      `SELECT attname::text AS name FROM pg_attribute
        WHERE attrelid = 'auth.notes'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(['author', 'code', 'id', 'shouted', 'user_id']);
    await execute('postgres', `DROP DATABASE ${target.databaseName}`);
  });
});
