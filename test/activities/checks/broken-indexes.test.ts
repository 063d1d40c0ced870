import { brokenIndexesInquiry } from '../../../activities/postgres/checks/broken-indexes';
import { readUniqueKeys } from '../../../activities/postgres/catalog/unique-keys';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, dropDatabases, execute } from '../../support/harness/databases';
import { createSource, ownProjects } from '../../support/harness/studio-source';
import { inScope, surveyed } from './snapshot';

let pristine = '';
let projectRef = '';
let neighbour = '';
beforeAll(async () => {
  pristine = await createSource();
  [projectRef = '', neighbour = ''] = (await ownProjects(pristine)).map(({ ref }) => ref);
});
afterAll(() => dropDatabases());

/** Puts rows into a table behind the back of an index, which goes on calling itself valid. */
function behind(index: string, change: string): string {
  const set = (value: string): string =>
    `UPDATE pg_index SET indisready = ${value}, indisvalid = ${value}, indislive = ${value} WHERE indexrelid = 'auth.${index}'::regclass;`;
  return `${set('false')} ${change}; ${set('true')}`;
}

const owner = (ref: string): string =>
  `(SELECT min(id::text)::uuid FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = '${ref}')`;

const tokenTwice = (ref: string): string =>
  behind(
    'refresh_tokens_token_unique',
    `INSERT INTO auth.refresh_tokens (instance_id, token, user_id, revoked)
      SELECT instance_id, 'twin', ${owner(ref)}::text, false FROM generate_series(1, 3), (SELECT instance_id FROM auth.users LIMIT 1) AS u`,
  );

async function broken(change: string) {
  const database = await createDatabase('broken', pristine);
  await execute(database, change);
  return inScope({ database, projectRef }, async (client, scope) => {
    const keys = await readUniqueKeys(client, PROJECT_EXTENT);
    return surveyed({ client, scope }, brokenIndexesInquiry(scope, keys));
  });
}

describe('checkBrokenIndexes', () => {
  it('finds nothing where every index keeps its promise', async () => {
    expect(await broken('SELECT')).toEqual({ problems: [], warnings: [] });
  });

  it('computes nothing of rows that a partial index does not hold', async () => {
    const found = await broken(
      `UPDATE auth.sessions SET tag = CASE WHEN id = (SELECT id FROM auth.sessions LIMIT 1) THEN '7' ELSE 'none' END;
       CREATE UNIQUE INDEX ON auth.sessions ((tag::int)) WHERE tag = '7'`,
    );
    expect(found).toEqual({ problems: [], warnings: [] });
  });

  it('finds a text that a unique index holds several times, and says what helps', async () => {
    const found = await broken(tokenTwice(projectRef));
    expect(found.problems).toEqual([
      {
        code: 'broken-index',
        message:
          'unique index "refresh_tokens_token_unique" of auth.refresh_tokens is broken in the source: 1 key of (token) stands in 3 rows of the project; leave one row for each key there, then run REINDEX INDEX "auth"."refresh_tokens_token_unique"',
      },
    ]);
  });

  it.each([
    [
      'a primary key',
      'sessions_pkey',
      'INSERT INTO auth.sessions SELECT * FROM auth.sessions WHERE user_id IN (SELECT id FROM mine) LIMIT 1',
    ],
    [
      'the primary key by which the project is known',
      'users_pkey',
      `SET session_replication_role = replica;
       UPDATE auth.users SET id = (SELECT max(id::text)::uuid FROM mine) WHERE id = (SELECT min(id::text)::uuid FROM mine)`,
    ],
    [
      'an expression with a condition',
      'one_agent',
      `UPDATE auth.sessions SET user_agent = CASE n WHEN 1 THEN 'Twin' ELSE 'TwiN' END
         FROM (SELECT id, row_number() OVER () AS n FROM auth.sessions WHERE user_id IN (SELECT id FROM mine) LIMIT 2) AS s
        WHERE s.id = sessions.id`,
    ],
    [
      'a key of a type that has no hash',
      'one_price',
      `UPDATE auth.sessions SET price = '1.00' WHERE id IN (SELECT id FROM auth.sessions WHERE user_id IN (SELECT id FROM mine) LIMIT 2)`,
    ],
    [
      'a key of several columns, one of them a text that differs by its spaces alone',
      'one_plan',
      `UPDATE auth.sessions SET price = '1.00', aal = 'aal1', plan = CASE n WHEN 1 THEN 'a' ELSE 'a  ' END
         FROM (SELECT id, row_number() OVER () AS n FROM auth.sessions WHERE user_id IN (SELECT id FROM mine) LIMIT 2) AS s
        WHERE s.id = sessions.id`,
    ],
  ])('finds %s', async (_what, index, change) => {
    const found = await broken(
      `CREATE TEMP VIEW mine AS SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = '${projectRef}' AND NOT is_sso_user;
       ALTER TABLE auth.sessions ADD COLUMN price money, ADD COLUMN plan char(4);
       CREATE UNIQUE INDEX one_price ON auth.sessions (price) WHERE plan IS NULL;
       CREATE UNIQUE INDEX one_plan ON auth.sessions (plan, aal) WHERE price IS NOT NULL;
       CREATE UNIQUE INDEX one_agent ON auth.sessions (lower(user_agent)) WHERE user_agent LIKE 'Tw%';
       ${behind(index, change)}`,
    );
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0]?.message).toMatch(
      new RegExp(`^unique index "${index}" of .* 1 key of .* stands in 2 rows of the project`),
    );
  });

  it('passes over rows of other projects', async () => {
    expect((await broken(tokenTwice(neighbour))).problems).toEqual([]);
  });

  it('says nothing of an index whose expression cannot be tried, and goes on with the others', async () => {
    const change = `
      CREATE FUNCTION public.inner_fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
      CREATE FUNCTION auth.fold(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN inner_fold($1); END';
      SET search_path = public;
      CREATE UNIQUE INDEX a_folded ON auth.refresh_tokens (auth.fold(token || id));
      SET search_path = pg_catalog;`;
    const found = await broken(`${change} SET search_path = public; ${tokenTwice(projectRef)}`);
    expect(found.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('unique index "refresh_tokens_token_unique"'),
    ]);
  });
});
