import type { Findings } from '../../../workflows/domain/findings';
import { checkCollisions } from '../../../activities/postgres/checks/collisions';
import { readUniqueKeys, type UniqueKey } from '../../../activities/postgres/catalog/unique-keys';
import { PROJECT_EXTENT } from '../../../workflows/domain/extent';
import { createDatabase, dropDatabases, execute, query } from '../../support/harness/databases';
import { createSource, ownProjects } from '../../support/harness/studio-source';
import { inScope, inSnapshot } from './snapshot';

describe('checkCollisions', () => {
  /** A studio as its releases made it: what its rows collide in is what a target has. */
  let stock: readonly UniqueKey[] = [];
  let pristine = '';
  let projectRef = '';
  let neighbour = '';

  beforeAll(async () => {
    pristine = await createSource();
    stock = await keysOf(pristine);
    [projectRef = '', neighbour = ''] = (await ownProjects(pristine)).map(({ ref }) => ref);
  });
  afterAll(() => dropDatabases());

  async function keysOf(database: string): Promise<readonly UniqueKey[]> {
    return inSnapshot(database, (client) => readUniqueKeys(client, PROJECT_EXTENT));
  }

  /** Collisions in a copy of the studio after `change`, under its own keys and a target's. */
  async function collisions(change: string, target: readonly UniqueKey[] = []) {
    const database = await createDatabase('fork', pristine);
    await execute(database, change);
    return inScope({ database, projectRef }, async (client, scope) => {
      const source = await readUniqueKeys(client, PROJECT_EXTENT);
      return checkCollisions(client, scope, { source, target });
    });
  }
  const users = (n: number, ref: string) =>
    `(SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = '${ref}' AND NOT is_sso_user ORDER BY id LIMIT ${n})`;
  const messagesOf = ({ problems }: Findings) => problems.map(({ message }) => message);
  const TWO_IN_FORK_KEY = /^2 rows of auth\.users .* unique index "fork_key"/;
  const FORKED = 'DROP INDEX auth.users_email_partial_key;';

  it('sees constraints, partial and expression indexes of a studio', () => {
    const named = new Map(stock.map((key) => [key.index, key]));
    expect(named.get('users_pkey')).toMatchObject({ table: 'auth.users', expressions: ['id'] });
    expect(named.get('users_email_partial_key')?.predicate).toBe('is_sso_user = false');
    expect(named.get('sso_domains_domain_idx')?.expressions).toEqual(['lower(domain)']);
  });

  it('finds rows that a fork allows and the stock index of a target refuses', async () => {
    const found = await collisions(
      `${FORKED} UPDATE auth.users SET email = 'twin@x.example' WHERE id IN ${users(3, projectRef)}`,
      stock,
    );
    expect(found.warnings).toEqual([]);
    expect(messagesOf(found)).toEqual([
      expect.stringContaining(
        '3 rows of auth.users would collide in the target: unique index "users_email_partial_key" over (email) WHERE is_sso_user = false',
      ),
    ]);
  });

  it('passes over rows of different projects, rows outside a predicate and NULLs', async () => {
    const found = await collisions(
      `${FORKED}
       UPDATE auth.users SET email = 'twin@x.example'
        WHERE id IN ${users(1, projectRef)} OR id IN ${users(1, neighbour)};
       UPDATE auth.users SET email = 'twin@x.example', is_sso_user = true
        WHERE id IN (SELECT id FROM ${users(2, projectRef)} AS u ORDER BY id DESC LIMIT 1)`,
      stock,
    );
    expect(found).toEqual({ problems: [], warnings: [] });
  });

  it('finds rows that differ in their instance_id alone, since it becomes nil', async () => {
    const found = await collisions(
      `${FORKED}
       CREATE UNIQUE INDEX fork_key ON auth.users (instance_id, lower(email)) WHERE email ILIKE 'twin@%';
       UPDATE auth.users SET email = 'Twin@x.example', instance_id = gen_random_uuid() WHERE id IN ${users(2, projectRef)}`,
    );
    expect(messagesOf(found)).toEqual([expect.stringMatching(TWO_IN_FORK_KEY)]);
  });

  it('takes NULLs for equal where the index does', async () => {
    const change = (nulls: string) =>
      `CREATE UNIQUE INDEX fork_key ON auth.users (instance_id, banned_until, is_anonymous) ${nulls}
         WHERE raw_app_meta_data ->> 'twin' = 'yes';
       UPDATE auth.users SET banned_until = NULL, is_anonymous = false, instance_id = gen_random_uuid(),
              raw_app_meta_data = raw_app_meta_data || '{"twin": "yes"}' WHERE id IN ${users(2, projectRef)}`;
    const [server] = await query<{ v: number }>(
      pristine,
      `SELECT current_setting('server_version_num')::int AS v`,
    );
    expect((await collisions(change(''))).problems).toEqual([]);
    if ((server?.v ?? 0) < 150000) return;
    const found = await collisions(change('NULLS NOT DISTINCT'));
    expect(messagesOf(found)).toEqual([expect.stringMatching(TWO_IN_FORK_KEY)]);
  });

  it('says which index of a target cannot be tried, and goes on', async () => {
    const strange = await createDatabase('target', pristine);
    await execute(
      strange,
      `CREATE FUNCTION auth.fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
       CREATE UNIQUE INDEX a_folded ON auth.users (auth.fold(id::text));
       ALTER TABLE auth.users ADD COLUMN handle text UNIQUE`,
    );
    const found = await collisions('', await keysOf(strange));
    expect(found.problems).toEqual([]);
    expect(found.warnings.map(({ code }) => code)).toEqual(Array(2).fill('collision-untried'));
    expect(found.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('unique index "a_folded"'),
      expect.stringContaining('unique index "users_handle_key"'),
    ]);
  });
});
