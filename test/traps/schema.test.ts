import type { Plan } from '../../workflows/domain/plan';
import type { Report } from '../../workflows/domain/report';
import { createStudio } from '../../studio/studio';
import { createDatabase, execute, query, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { planOf } from '../support/harness/plan-of';
import { makeCopy, makePrepared } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { expectAlike, usersOf, type Sides } from './both-sides';

/** What has an owner and grants in the two schemas; the schemas themselves too. */
const OWNED = [
  {
    of: `pg_class WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('auth', 'storage')`,
    ...{ name: 'oid::regclass', owner: 'relowner', acl: 'relacl', kind: 'r' },
  },
  {
    of: `pg_proc WHERE pronamespace::regnamespace::text IN ('auth', 'storage')`,
    ...{ name: 'oid::regprocedure', owner: 'proowner', acl: 'proacl', kind: 'f' },
  },
  {
    of: `pg_namespace WHERE nspname IN ('auth', 'storage')`,
    ...{ name: 'nspname', owner: 'nspowner', acl: 'nspacl', kind: 'n' },
  },
] as const;

describe('traps in the schema', () => {
  let bed: Testbed;
  let project: TestProject;
  let sides: Sides;
  let untouched: readonly string[];
  let report: Report | undefined;

  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    const { projectRef, databaseName } = project;
    sides = { source: bed.source, target: databaseName, projectRef };
    await execute(
      bed.source,
      `CREATE PUBLICATION studio FOR TABLE auth.users;
       UPDATE storage.migrations SET executed_at = executed_at WHERE id < 10`,
    );
    untouched = await imageOf(bed.source);
    const ending = await bed.run('migrateProject', project);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated', drift: [] } });
    report = ending.report;
  });
  afterAll(() => bed.close());

  const said = ({ warnings }: Pick<Plan, 'warnings'>, code: string): string =>
    warnings.flatMap((one) => (one.code === code ? [one.message] : [])).join('\n');
  const leftOut = (): string => said({ warnings: report?.warnings ?? [] }, 'left-out');

  it('T10: an orphan that the source made under session_replication_role is named, not loaded', async () => {
    const { projectRef } = bed.nextProject();
    const session = `(SELECT s.id FROM auth.sessions s WHERE s.user_id IN ${usersOf(projectRef)} ORDER BY s.id LIMIT 1)`;
    const odd = await createDatabase('odd', bed.source);
    await execute(
      odd,
      `SET session_replication_role = replica; UPDATE auth.sessions SET oauth_client_id = gen_random_uuid() WHERE id = ${session}`,
    );
    const usual = bed.configured.urls;
    bed.configured.urls = { ...usual, shared: urlOf(odd) };
    const plan = await planOf(bed, { ...project, projectRef, databaseName: `${odd}_target` });
    bed.configured.urls = usual;
    const crossing = plan.problems.filter(({ code }) => code === 'crosses-projects');
    expect(crossing.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^1 row of auth\.sessions .*auth\.oauth_clients/),
    ]);
  });

  it('T10: an orphan behind a foreign key that calls itself valid is found at the target', async () => {
    const { databaseName } = bed.nextProject();
    await makeCopy(databaseName, project.databaseName);
    await execute(
      databaseName,
      `SET session_replication_role = replica;
       DELETE FROM auth.sessions WHERE id = (SELECT session_id FROM auth.mfa_amr_claims ORDER BY 1 LIMIT 1)`,
    );
    const ending = await bed.run('verifyProject', { ...project, databaseName });
    expect(ending.message).toMatch(
      /foreign key mfa_amr_claims_session_id_fkey .* point at nothing/,
    );
  });

  it('T12: the bookkeeping of Auth comes along whole and unchanged', async () => {
    await expectAlike(
      sides,
      'SELECT version FROM auth.schema_migrations ORDER BY version COLLATE "C"',
    );
  });

  it('T13: the bookkeeping of Storage comes along to the hash, and lies in its order', async () => {
    await expectAlike(
      sides,
      'SELECT id, name, hash, executed_at::text FROM storage.migrations ORDER BY id',
    );
    const lying = `SELECT array_agg(id ORDER BY ctid) = array_agg(id ORDER BY id) AS sorted FROM storage.migrations`;
    expect(await query(bed.source, lying)).toEqual([{ sorted: false }]);
    expect(await query(project.databaseName, lying)).toEqual([{ sorted: true }]);
  });

  it('T14: a target of another release is refused with the column that it lacks', async () => {
    const skewed = bed.nextProject();
    await makePrepared(skewed.databaseName);
    await execute(skewed.databaseName, 'ALTER TABLE auth.sessions DROP COLUMN refreshed_at');
    const { problems } = await planOf(bed, skewed);
    expect(problems).toMatchObject([{ code: 'schema-differs' }]);
    expect(problems[0]?.message).toContain('column auth.sessions.refreshed_at is missing');
    expect(problems[0]?.message).toContain(
      'columns: { "auth.sessions.refreshed_at": { scope: excluded',
    );
  });

  it('T15: the service roles own at the target what they own in the source, with the same grants', async () => {
    for (const { of, name, owner, acl, kind } of OWNED) {
      const grants = `(SELECT string_agg(g::text, ' ' ORDER BY g::text) FROM aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) AS g)`;
      await expectAlike(
        sides,
        `SELECT ${name}::text AS name, ${owner}::regrole::text AS owner, ${grants} AS grants FROM ${of} ORDER BY 1`,
      );
    }
  });

  it('T24: nothing is purged from the source: its rows and the profiles that hang on them stay', async () => {
    expect(await imageOf(bed.source)).toEqual(untouched);
    const profiles = `SELECT id FROM public.profiles WHERE id IN ${usersOf(project.projectRef)}`;
    expect((await query(bed.source, profiles)).length).toBeGreaterThan(0);
  });

  it('T26: the policies and triggers of storage come along', async () => {
    await expectAlike(
      sides,
      `SELECT * FROM pg_policies WHERE schemaname = 'storage' ORDER BY policyname`,
    );
    await expectAlike(
      sides,
      `SELECT pg_get_triggerdef(oid) AS trigger, tgenabled FROM pg_trigger
        WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'storage.%' ORDER BY 1`,
    );
    expect(leftOut()).toContain('on_auth_user_created');
  });

  it('T25: a foreign key of another schema is named as what stays behind', () => {
    expect(leftOut()).toContain('profiles_id_fkey on public.profiles');
  });

  it('T32: no logical replication is needed or made, and a publication stays with its database', async () => {
    const replication = `SELECT FROM pg_publication UNION ALL SELECT FROM pg_subscription
      UNION ALL SELECT FROM pg_replication_slots WHERE database = current_database()`;
    expect(await query(project.databaseName, replication)).toHaveLength(0);
    expect(await query(bed.source, replication)).toHaveLength(1);
    expect(leftOut()).toMatch(/publication studio .*publications belong to the source database/);
  });

  it('T6: identities of before 2023 keep their old form, and releases are not mixed', async () => {
    const ancient = await createDatabase('ancient');
    await createStudio(urlOf(ancient), {
      projects: 2,
      users: 14,
      buckets: 4,
      objects: 20,
      variant: 'ancient',
    });
    const usual = bed.configured.urls;
    bed.configured.urls = { ...usual, shared: urlOf(ancient) };
    const old = { ...bed.nextProject(), projectRef: 'project-abc' };
    const ending = await bed.run('migrateProject', old);
    const todays = bed.nextProject();
    await makePrepared(todays.databaseName);
    const mixed = await planOf(bed, { ...old, databaseName: todays.databaseName });
    bed.configured.urls = usual;
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
    const both = { source: ancient, target: old.databaseName, projectRef: old.projectRef };
    await expectAlike(
      both,
      'SELECT i.* FROM auth.identities i WHERE user_id IN MINE ORDER BY provider, id',
    );
    await expectAlike(
      both,
      `SELECT version FROM auth.schema_migrations ORDER BY version COLLATE "C"`,
    );
    expect(mixed.problems.map(({ code }) => code)).toContain('schema-differs');
  });
});
