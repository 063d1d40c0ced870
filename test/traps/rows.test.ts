import type { Report } from '../../workflows/domain/report';
import { execute, query } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { failing, type Intervene } from '../support/harness/interventions';
import { planOf } from '../support/harness/plan-of';
import { makePrepared } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { expectAlike, onBothSides, usersOf, type Sides } from './both-sides';
import { createOddRole, type OddRole } from './odd-role';

const NIL = '00000000-0000-0000-0000-000000000000';

/** Values whose text depends on a session's settings. */
const ODD_TABLE = `CREATE TABLE auth.odd_values (user_id uuid PRIMARY KEY REFERENCES auth.users (id),
  at timestamptz, lasted interval, part float8, bytes bytea, said json)`;
const ODD_VALUES = `'2024-02-29 23:59:59.123456+00', '-1 year 2 days 03:04:05.000006', pi(), '\\x00ff275c', '{"a":1,  "a":2}'`;

const ODD_SETTINGS = [
  `TimeZone = 'Asia/Kolkata'`,
  `DateStyle = 'SQL, DMY'`,
  `IntervalStyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  `extra_float_digits = -12`,
];

/** Every activity does its work twice, as after an answer that was lost. */
const twice: Intervene = async (_name, real) => {
  await real();
  return real();
};

describe('traps in the rows', () => {
  let bed: Testbed;
  let role: OddRole;
  let project: TestProject;
  let sides: Sides;
  let report: Report | undefined;

  beforeAll(async () => {
    bed = await openTestbed();
    role = await createOddRole(ODD_SETTINGS);
    bed.configured.urls = { shared: role.urlOf(bed.source), projects: role.urlOf('postgres') };
    const tables = {
      'auth.odd_values': { scope: 'owned', via: 'user_id -> auth.users.id' },
    } as const;
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, scopes: { ...settings.scopes, tables } };
    project = bed.nextProject();
    const { projectRef, databaseName } = project;
    sides = { source: bed.source, target: databaseName, projectRef };
    await execute(
      bed.source,
      `${ODD_TABLE}; INSERT INTO auth.odd_values SELECT id, ${ODD_VALUES} FROM auth.users WHERE id IN ${usersOf(projectRef)}`,
    );
    await makePrepared(databaseName);
    await execute(databaseName, ODD_TABLE);
    const ending = await bed.run('migrateProject', project, twice);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
    report = ending.report;
  });
  afterAll(async () => {
    await bed.close();
    await role.drop();
  });

  it('T1: generated columns are never copied, and arrive computed', async () => {
    await expectAlike(
      sides,
      `SELECT id, confirmed_at::text FROM auth.users WHERE id IN MINE ORDER BY id`,
    );
    await expectAlike(
      sides,
      `SELECT id, email FROM auth.identities WHERE user_id IN MINE ORDER BY id`,
    );
    const tokens = `SELECT id, path_tokens FROM storage.objects WHERE starts_with(bucket_id, '${project.projectRef}-') ORDER BY id`;
    await expectAlike(sides, tokens);
  });

  it('T2: instance_id is the nil UUID at the target, whatever it was', async () => {
    const instances = ['users', 'refresh_tokens', 'audit_log_entries'].map(
      (table) => `SELECT instance_id FROM auth.${table}`,
    );
    const found = await query(project.databaseName, instances.join(' UNION '));
    expect(found).toEqual([{ instance_id: NIL }]);
    const sql = `SELECT DISTINCT instance_id IS NULL AS nulls FROM auth.users WHERE id IN MINE ORDER BY 1`;
    expect((await onBothSides(sides, sql)).source).toEqual([{ nulls: false }, { nulls: true }]);
  });

  it('T4: an encrypted_password and raw_user_meta_data that are NULL arrive as NULL', async () => {
    await expectAlike(
      sides,
      `SELECT id FROM auth.users WHERE id IN MINE AND encrypted_password IS NULL`,
    );
    await expectAlike(
      sides,
      `SELECT id FROM auth.users WHERE id IN MINE AND raw_user_meta_data IS NULL`,
    );
    await expectAlike(
      sides,
      `SELECT id FROM auth.users WHERE id IN MINE AND raw_user_meta_data = 'null'`,
    );
  });

  it('T5: users without an identity are as many as before, not zero', async () => {
    await expectAlike(
      sides,
      `SELECT id FROM auth.users u WHERE id IN MINE AND NOT EXISTS (SELECT FROM auth.identities i WHERE i.user_id = u.id)`,
    );
    await expectAlike(
      sides,
      `SELECT provider, provider_id, user_id FROM auth.identities WHERE user_id IN MINE ORDER BY provider, provider_id`,
    );
  });

  it('T7: the next refresh token gets an id that nobody has', async () => {
    const [next] = await query<{ fresh: boolean }>(
      project.databaseName,
      `SELECT last_value + is_called::int > (SELECT max(id) FROM auth.refresh_tokens) AS fresh
         FROM auth.refresh_tokens_id_seq`,
    );
    expect(next).toEqual({ fresh: true });
  });

  it('T11: a trigger on auth.users makes no profile while rows are loaded, and stands afterwards', async () => {
    const { databaseName } = project;
    expect(await query(databaseName, 'SELECT FROM public.profiles')).toHaveLength(0);
    const enabled = `SELECT tgenabled FROM pg_trigger WHERE tgname = 'on_auth_user_created'`;
    expect(await query(databaseName, enabled)).toEqual([{ tgenabled: 'O' }]);
    const plan = await planOf(bed, { ...project, replace: true });
    const said = plan.warnings.map(({ message }) => message).join('\n');
    expect(said).toContain('on_auth_user_created on auth.users (calls public.handle_new_user)');
  });

  it('T19: the version of an object, a part of its path in the file store, arrives to the byte', async () => {
    const mine = `starts_with(bucket_id, '${project.projectRef}-') AND version IS NOT NULL`;
    const sql = `SELECT id, version, convert_to(version, 'UTF8')::text AS bytes, metadata::text FROM storage.objects WHERE ${mine} ORDER BY id`;
    await expectAlike(sides, sql);
  });

  it('T20: values that JavaScript would round arrive to the last digit', async () => {
    await expectAlike(
      sides,
      `SELECT id, last_sign_in_at::text, banned_until::text, raw_app_meta_data::text, raw_user_meta_data::text
         FROM auth.users WHERE id IN MINE ORDER BY id`,
    );
    await expectAlike(
      sides,
      `SELECT id, refreshed_at::text, refresh_token_counter::text FROM auth.sessions WHERE user_id IN MINE ORDER BY id`,
    );
    await expectAlike(
      sides,
      `SELECT a.id, payload::text FROM auth.audit_log_entries a, auth.users u
        WHERE u.id IN MINE AND payload::text LIKE '%' || u.id || '%' ORDER BY a.id, 2`,
    );
  });

  it('T21: no setting of a session changes a value or a digest, and json is hashed too', async () => {
    await expectAlike(
      sides,
      'SELECT user_id, at::text, lasted::text, part::text, bytes::text, said::text FROM auth.odd_values ORDER BY 1',
    );
    const evidence = report?.tables.find(({ table }) => table === 'auth.odd_values');
    expect(evidence).toMatchObject({ equal: true });
    expect(evidence?.rows).toBeGreaterThan(0);
  });

  it('T22: updated_at is what it was, though every step was done twice', async () => {
    await expectAlike(
      sides,
      `SELECT id, updated_at::text, last_accessed_at::text FROM storage.objects WHERE starts_with(bucket_id, '${project.projectRef}-') ORDER BY id`,
    );
  });

  it('T25: a foreign key of another schema to auth.users stands after the rows came', async () => {
    const key = `SELECT conrelid::regclass::text, convalidated FROM pg_constraint
      WHERE conname = 'profiles_id_fkey' AND confrelid = 'auth.users'::regclass`;
    const found = await query(project.databaseName, key);
    expect(found).toEqual([{ conrelid: 'profiles', convalidated: true }]);
  });

  it('T33: soft-deleted and anonymous users come along like any other', async () => {
    await expectAlike(
      sides,
      `SELECT id, email, deleted_at::text FROM auth.users WHERE id IN MINE AND deleted_at IS NOT NULL`,
    );
    await expectAlike(sides, `SELECT id FROM auth.users WHERE id IN MINE AND is_anonymous`);
  });

  it('T9: rows give way and come back although storage forbids every DELETE', async () => {
    const before = await imageOf(project.databaseName);
    const forbidden = execute(project.databaseName, 'DELETE FROM storage.objects WHERE false');
    await expect(forbidden).rejects.toThrow(/delet/i);
    const again = { ...project, replace: true };
    const ending = await bed.run('migrateProject', again, failing('finishSchema', 'after'));
    expect(ending).toMatchObject({ report: { outcome: 'restored' } });
    expect(await imageOf(project.databaseName)).toEqual(before);
  });
});
