import { tenancySchema, type Tenancy } from '../../workflows/domain/tenancy';
import { query } from '../support/harness/databases';
import { useTestbed } from '../ground/use-testbed';

const BY_PREFIX = { by: 'id-prefix', separator: '-' } as const;

describe('the plan, of a tenancy that the configuration writes as SQL,', () => {
  const on = useTestbed({
    source: `CREATE SCHEMA "my.schema";
       CREATE TABLE "my.schema"."my ""t.able" ("the ref" text, "u.id" uuid);
       INSERT INTO "my.schema"."my ""t.able"
         SELECT raw_app_meta_data ->> 'project_ref', id FROM auth.users;`,
  });

  async function planUnder(tenancy: Tenancy) {
    on.bed.configured.settings = { ...on.bed.configured.settings, tenancy };
    return on.plan();
  }

  async function ownUsers(): Promise<number> {
    const found = await query(
      on.bed.source,
      `SELECT FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1`,
      [on.project.projectRef],
    );
    return found.length;
  }

  it.each([
    `select id from auth.users where raw_app_meta_data ->> 'project_ref' = $1; -- the users`,
    `select id from auth.users where raw_app_meta_data ->> $q$project_ref$q$ = $1 and '$1;' <> $1 /* $1; */ ;`,
  ])('takes a statement as PostgreSQL reads it: %s', async (sql) => {
    const plan = await planUnder(
      tenancySchema.parse({ users: { by: 'query', sql }, buckets: BY_PREFIX }),
    );
    expect(plan.problems).toEqual([]);
    expect(plan.users).toBe(await ownUsers());
  });

  it.each([
    ['select id from auth.usres', /relation "auth.usres" does not exist \(line 1, column 16\)/],
    [
      'select id\nfrom auth.users\nwhere created_at = 1',
      /^tenancy\.users\.sql: PostgreSQL refuses .* \(line 3, column 18\) \[SQLSTATE 42883\]$/,
    ],
    ['select email from auth.users', /must yield one column called id/],
    ['select 1 as id', /cannot cast type integer to uuid/],
    ['select id from auth.users order ba id', /syntax error at or near "ba" \(line 1, column 33\)/],
  ])('names what PostgreSQL refuses as one problem: %s', async (sql, words) => {
    const plan = await planUnder({ users: { by: 'query', sql }, buckets: BY_PREFIX });
    expect(plan.problems.map(({ code }) => code)).toEqual(['tenancy']);
    expect(plan.problems[0]?.message).toMatch(words);
  });

  it('takes a mapping table whose names need quotes', async () => {
    const plan = await planUnder(
      tenancySchema.parse({
        users: {
          by: 'table',
          table: '"my.schema"."my ""t.able"',
          project: 'the ref',
          user: 'u.id',
        },
        buckets: BY_PREFIX,
      }),
    );
    expect(plan.problems).toEqual([]);
    expect(plan.users).toBe(await ownUsers());
  });
});
