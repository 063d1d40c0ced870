import { evidenceText } from '../../../client/report/evidence';
import { NO_SCOPES } from '../../../workflows/domain/scopes';
import { execute } from '../../support/harness/databases';
import { closeScratch, openScratch, tableOf, type Scratch } from './scratch';
import { WatchedConnections } from './watched-sessions';

/** One large table and a small one, each with rows of another project beside. */
const TABLES = `
  CREATE TYPE auth.level AS ENUM ('low', 'high');
  CREATE TABLE auth.users (id uuid PRIMARY KEY, raw_app_meta_data jsonb, level auth.level, name text, email text,
    instance_id uuid DEFAULT '00000000-0000-0000-0000-000000000000');
  INSERT INTO auth.users (id, raw_app_meta_data, level, name)
  SELECT md5(n::text)::uuid, jsonb_build_object('project_ref', CASE WHEN n <= 21000 THEN 'scratch' ELSE 'other' END), 'low', 'name ' || n
    FROM generate_series(1, 21100) n;
  CREATE TABLE auth.identities (id uuid PRIMARY KEY, user_id uuid, provider text, provider_id text, identity_data jsonb);
  CREATE TABLE auth.sessions (id uuid PRIMARY KEY, user_id uuid, name text);
  INSERT INTO auth.sessions SELECT md5(n::text)::uuid, md5(n::text)::uuid, 'of ' || n FROM generate_series(20990, 21010) n;`;

const OTHERS = `DELETE FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = 'other'`;

const RULES = {
  tenancy: {
    users: { by: 'app-metadata', key: 'project_ref' },
    buckets: { by: 'id-prefix', separator: '-' },
  },
  scopes: NO_SCOPES,
  configuredRefs: undefined,
} as const;

const ALL_COLUMNS = /record_send\(row\([^)]*"name"/;

describe('the source now', () => {
  let scratch: Scratch;
  let target: string;
  beforeAll(async () => {
    scratch = await openScratch(TABLES, { format: 'copy', rules: RULES });
    target = await scratch.target(
      `DELETE FROM auth.sessions WHERE user_id IN (SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = 'other'); ${OTHERS}`,
    );
  });
  afterAll(closeScratch);

  it('is proved by row versions where the table is large, and the report says so in words', async () => {
    await execute(
      scratch.source,
      OTHERS.replace('DELETE FROM auth.users', `UPDATE auth.users SET name = 'x'`),
    );
    const connections = new WatchedConnections();
    const evidence = await scratch.verifyBoth(target, connections);
    expect(evidence).toMatchObject({ drift: [], differences: [] });
    expect(tableOf(evidence, 'auth.users')).toMatchObject({ equal: true, sourceUnchanged: true });
    expect(tableOf(evidence, 'auth.users')?.digests.source).toBeUndefined();
    const { digests, ...small } = tableOf(evidence, 'auth.sessions') ?? { digests: {} };
    expect(small).not.toHaveProperty('sourceUnchanged');
    expect(digests.source).toBe(digests.manifest);
    const hashed = connections
      .matching(ALL_COLUMNS)
      .filter(([, text]) => text.includes('"auth"."users"'));
    expect(hashed).toEqual([]);
    const text = evidenceText({ ...evidence, outcome: 'verified' });
    expect(text).toMatch(/auth\.users +21 000 +\S+ +\S+ +unchanged +yes/);
    expect(text).toContain(
      'unchanged: no row of the project in this table was written in the source since the backup',
    );
  });

  it('is fingerprinted where rows were written since, so that drift is counted as ever', async () => {
    const drifting = await openScratch(TABLES, { format: 'copy', rules: RULES });
    await execute(
      drifting.source,
      `UPDATE auth.users SET name = 'x' WHERE id = md5('7')::uuid;
       DELETE FROM auth.users WHERE id = md5('8')::uuid;
       UPDATE auth.users SET raw_app_meta_data = '{"project_ref":"scratch"}' WHERE id = md5('21050')::uuid`,
    );
    const evidence = await drifting.verifyBoth(target);
    expect(evidence.drift).toMatchObject([
      { table: 'auth.users', moved: { added: 1, changed: 1, gone: 1 } },
    ]);
    const users = tableOf(evidence, 'auth.users');
    expect(users).not.toHaveProperty('sourceUnchanged');
    expect(users?.digests.source).toEqual(evidence.drift[0]?.source?.digest);
  });
});
