import { parse } from 'yaml';
import { NO_SCOPES, scopesSchema, type Scopes } from '../../workflows/domain/scopes';
import { execute } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { LEFT, owned, STUDIO_OWN_TABLES } from './studio-own-tables';

const EXTRA = '{ scope: owned, via: "user_id -> auth.users.id" }';

describe('the plan, of tables that are not covered or covered wrongly,', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    await execute(bed.source, STUDIO_OWN_TABLES);
  });
  afterAll(() => bed.close());

  function configure(tables: Scopes['tables'], more: Partial<Scopes> = {}): void {
    const scopes = { ...NO_SCOPES, tables, ...more };
    bed.configured.settings = { ...bed.configured.settings, scopes };
  }

  async function problems(): Promise<readonly string[]> {
    return (await planOf(bed, project)).problems.map(({ message }) => message);
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
    expect(found).toContain(
      'tables: { "auth.notes": { scope: excluded, because: "…" }, "auth.codes": { scope: excluded, because: "…" } }',
    );
  });

  it('offers for a key to shared rows the line that copies them, and nothing that is refused itself', async () => {
    await execute(
      bed.source,
      `CREATE TABLE auth.scim_groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
         sso_provider_id uuid NOT NULL REFERENCES auth.sso_providers (id), display_name text);
       CREATE TABLE auth.scim_members (group_id uuid REFERENCES auth.scim_groups (id));
       INSERT INTO auth.scim_groups (sso_provider_id) SELECT id FROM auth.sso_providers;
       INSERT INTO auth.scim_members SELECT id FROM auth.scim_groups;`,
    );
    const others = { 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT };
    configure(others);
    const found = (await problems()).join('\n');
    expect(found).not.toContain('scope: owned');
    const lines = [
      'tables: { "auth.scim_groups": { scope: shared, via: "sso_provider_id -> auth.sso_providers.id" } }',
      'tables: { "auth.scim_members": { scope: shared, via: "group_id -> auth.scim_groups.id" } }',
    ];
    for (const line of lines) expect(found).toContain(line);
    const [groups, members] = lines.map((line) => scopesSchema.parse(parse(line)).tables);
    configure({ ...others, ...groups, ...members });
    expect(await problems()).toEqual([]);
    await execute(bed.source, 'DROP TABLE auth.scim_members, auth.scim_groups');
  });

  it('tries the lines on the rows: none is offered by which a foreign key would break', async () => {
    await execute(
      bed.source,
      `CREATE TABLE auth.plans (id int PRIMARY KEY);
       INSERT INTO auth.plans VALUES (1);
       ALTER TABLE auth.users ADD COLUMN plan int DEFAULT 1 REFERENCES auth.plans (id);`,
    );
    configure({ 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT });
    const found = await problems();
    expect(found.find((line) => line.includes('rows of auth.plans'))).toMatch(
      /no single line of configuration covers it: \d+ rows of auth\.users would refer \(users_plan_fkey\) to rows of auth\.plans/,
    );
    await execute(bed.source, 'ALTER TABLE auth.users DROP COLUMN plan; DROP TABLE auth.plans');
  });

  it('stops where rows would stay behind with ephemeral ones that they follow', async () => {
    configure(
      {
        'auth.notes': owned('user_id -> auth.users.id'),
        'auth.codes': owned('challenge -> auth.mfa_challenges.id'),
        'storage.links': LEFT,
      },
      { ephemeral: 'drop' },
    );
    expect((await problems()).join('\n')).toMatch(/auth\.codes.*ephemeral: drop.*scope: ephemeral/);
  });

  it('takes names with spaces, dots and capitals in the line that it gives itself', async () => {
    await execute(
      bed.source,
      'CREATE TABLE auth."My odd.table" ("A b" uuid REFERENCES auth.users (id))',
    );
    configure({ 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT });
    const line = 'tables: { "auth.My odd.table": { scope: owned, via: "A b -> auth.users.id" } }';
    expect((await problems()).join('\n')).toContain(line);
    const scopes = scopesSchema.parse({
      tables: { 'auth.My odd.table': { scope: 'owned', via: 'A b -> auth.users.id' } },
    });
    configure({ 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT, ...scopes.tables });
    expect(await problems()).toEqual([]);
    await execute(bed.source, 'DROP TABLE auth."My odd.table"');
  });

  it.each([
    ['partitioned', 'PARTITION BY LIST (id)', /public\.odd is partitioned/],
    ['inherited', '; CREATE TABLE public.heir () INHERITS (public.odd)', /public\.odd inherits/],
  ])('names a table that is %s, with the line that leaves it behind', async (_what, more, says) => {
    await execute(bed.source, `CREATE TABLE public.odd (id uuid) ${more}`);
    const others = { 'auth.notes': LEFT, 'auth.codes': LEFT, 'storage.links': LEFT };
    configure({ ...others, 'public.odd': owned('id -> auth.users.id') });
    expect((await problems()).join('\n')).toMatch(says);
    await execute(bed.source, 'DROP TABLE public.odd CASCADE');
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
