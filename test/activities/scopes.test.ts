import { NO_SCOPES, type Scopes } from '../../workflows/domain/scopes';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const LEFT = { scope: 'excluded', because: 'not of interest' } as const;

function owned(via: string) {
  return { scope: 'owned', via } as const;
}

/** What a studio added by itself: a key by foreign key, one through that, one by name only. */
const STUDIO_OWN_TABLES = `
  CREATE TABLE auth.notes (
    id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id uuid NOT NULL REFERENCES auth.users (id),
    author text NOT NULL,
    code int,
    note text
  );
  CREATE TABLE auth.codes (id int PRIMARY KEY, note int REFERENCES auth.notes (id));
  CREATE TABLE storage.links (id int PRIMARY KEY, bucket_id text NOT NULL);
  INSERT INTO auth.notes (user_id, author, note)
    SELECT id, id::text, 'a note of ' || email FROM auth.users;
  INSERT INTO auth.codes SELECT id, id FROM auth.notes WHERE id % 2 = 0;
  INSERT INTO storage.links SELECT row_number() OVER (), id FROM storage.buckets;`;

const EXTRA = '{ scope: owned, via: "user_id -> auth.users.id" }';

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

  async function problems(): Promise<readonly string[]> {
    return (await planOf(bed, project)).problems.map(({ message }) => message);
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

  it('names every uncovered table with the line that settles it', async () => {
    configure({});
    const found = (await problems()).join('\n');
    expect(found).toContain(`tables: { "auth.notes": ${EXTRA} }`);
    expect(found).toContain(
      'tables: { "auth.codes": { scope: owned, via: "note -> auth.notes.id" } }',
    );
    expect(found).toContain(
      'tables: { "storage.links": { scope: owned, via: "bucket_id -> storage.buckets.id" } }',
    );
    expect(found).toContain('"auth.notes": { scope: excluded, because: "…" }');
  });

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

  it.each([
    [
      'a table that is not there',
      { 'auth.gone': owned('user_id -> auth.users.id') },
      /no such table/,
    ],
    [
      'a column that is not there',
      { 'auth.notes': owned('who -> auth.users.id') },
      /no column "who"/,
    ],
    [
      'a parent that is not there',
      { 'auth.notes': owned('user_id -> auth.people.id') },
      /no table auth.people/,
    ],
    [
      'a key that is not there',
      { 'auth.notes': owned('user_id -> auth.users.key') },
      /no column "key"/,
    ],
    [
      'a circle',
      {
        'auth.notes': owned('code -> auth.codes.id'),
        'auth.codes': owned('note -> auth.notes.id'),
      },
      /is a circle/,
    ],
    [
      'a path to nowhere',
      { 'auth.notes': owned('code -> auth.codes.id'), 'auth.codes': LEFT },
      /does not lead to the rows of one project/,
    ],
    [
      'a key that is not unique, by which two projects could claim a row',
      { 'auth.codes': owned('id -> auth.notes.code') },
      /auth\.notes\.code is not unique.*scope: shared/,
    ],
    [
      'a path through rows that are shared',
      { 'auth.codes': owned('id -> auth.oauth_clients.id') },
      /rows of auth\.oauth_clients are shared/,
    ],
    ['a scope for the users', { 'auth.users': LEFT }, /the tenancy says which/],
  ])('refuses %s', async (_what, tables, says) => {
    configure({
      'storage.links': LEFT,
      'auth.codes': LEFT,
      'auth.notes': owned('user_id -> auth.users.id'),
      ...tables,
    });
    expect((await problems()).join('\n')).toMatch(says);
  });
});
