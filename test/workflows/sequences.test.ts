import { execute, query } from '../support/harness/databases';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';

/** Sequences at their ends and by other rules; every row is of the project that is moved. */
const SEQUENCES = (user: string): string => `
  SELECT setval('auth.refresh_tokens_id_seq', 9223372036854775807);
  INSERT INTO auth.refresh_tokens (id, token, user_id, instance_id)
    VALUES (9223372036854775806, 'the last', ${user}::text, '00000000-0000-0000-0000-000000000000');
  CREATE SEQUENCE auth.down AS smallint INCREMENT -7 MINVALUE -70 MAXVALUE 40 START 33;
  CREATE SEQUENCE auth.round INCREMENT 4 MINVALUE 2 MAXVALUE 11 CYCLE CACHE 3;
  CREATE SEQUENCE auth.spent MAXVALUE 3;
  CREATE SEQUENCE auth.fresh START 500 MINVALUE 100;
  CREATE SEQUENCE auth.behind;
  CREATE TABLE auth.counted (
    user_id uuid REFERENCES auth.users,
    a int DEFAULT nextval('auth.round'), b int DEFAULT nextval('auth.round'),
    c bigint GENERATED ALWAYS AS IDENTITY (START 40 INCREMENT -2 MINVALUE -900 MAXVALUE 50),
    d smallserial, e int DEFAULT nextval('auth.behind'));
  ALTER SEQUENCE auth.behind OWNED BY auth.counted.e;
  INSERT INTO auth.counted (user_id) SELECT ${user} FROM generate_series(1, 3);
  UPDATE auth.counted SET e = 70, d = 32767;
  SELECT setval('auth.down', -70), setval('auth.round', 11), setval('auth.spent', 3),
         setval('auth.behind', 5, false), setval('auth.counted_d_seq', 32767);`;

let bed: Testbed;
let project: TestProject;
/** Where the sequences stood in the source, and then in the target. */
const stood: Record<'source' | 'target', Standings> = { source: {}, target: {} };
beforeAll(async () => {
  bed = await openTestbed();
  const tables = { 'auth.counted': { scope: 'owned', via: 'user_id -> auth.users.id' } } as const;
  const { settings } = bed.configured;
  bed.configured.settings = { ...settings, scopes: { ...settings.scopes, tables } };
  project = bed.nextProject();
  const user = `(SELECT min(id::text)::uuid FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}')`;
  await execute(bed.source, SEQUENCES(user));
  stood.source = await standings(bed.source);
  const ending = await bed.run('migrateProject', project);
  expect(ending.message).toBe('');
  stood.target = await standings(project.databaseName);
});
afterAll(() => bed.close());

type Standings = Readonly<Record<string, string>>;

/** Every sequence of both schemas with where it stands. */
async function standings(database: string): Promise<Standings> {
  const names = await query<{ name: string }>(
    database,
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'S'
        AND relnamespace::regnamespace::text IN ('auth', 'storage') ORDER BY 1`,
  );
  const found: [string, string][] = [];
  for (const { name } of names) {
    const [row] = await query<{ stands: string }>(
      database,
      `SELECT concat_ws(' ', last_value, is_called) AS stands FROM ${name}`,
    );
    found.push([name, row?.stands ?? '']);
  }
  return Object.fromEntries(found);
}

describe('sequences', () => {
  it('arrive exactly as they stand in the source: at their ends, descending, going round, behind their rows', () => {
    expect(stood.source).toMatchObject({
      'auth.refresh_tokens_id_seq': '9223372036854775807 t',
      'auth.down': '-70 t',
      'auth.round': '11 t',
      'auth.spent': '3 t',
      'auth.fresh': '500 f',
      'auth.behind': '5 f',
      'auth.counted_c_seq': '36 t',
      'auth.counted_d_seq': '32767 t',
    });
    expect(stood.target).toEqual(stood.source);
  });

  it('that have been used since are noted, and no difference', async () => {
    await execute(project.databaseName, `SELECT nextval('auth.fresh'), nextval('auth.fresh')`);
    const { report } = await bed.run('verifyProject', project);
    await execute(project.databaseName, `SELECT setval('auth.fresh', 500, false)`);
    expect(report?.outcome).toBe('verified');
    expect(report?.warnings).toContainEqual({
      code: 'sequence-used',
      message:
        'sequence auth.fresh stands at (501, called), ahead of (500, not called) in the backup: it has been used since',
    });
  });

  it('that were set back are a difference', async () => {
    await execute(project.databaseName, `SELECT setval('auth.refresh_tokens_id_seq', 9)`);
    const { report } = await bed.run('verifyProject', project);
    await execute(
      project.databaseName,
      `SELECT setval('auth.refresh_tokens_id_seq', 9223372036854775807)`,
    );
    expect(report?.outcome).toBe('different');
    expect(report?.problems.map(({ message }) => message)).toEqual([
      'sequence auth.refresh_tokens_id_seq stands at (9, called), behind (9223372036854775807, called): it would give values again',
    ]);
  });
});
