import type { Plan } from '../../workflows/domain/plan';
import { execute, freshName, query, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { planOf } from '../support/harness/plan-of';
import { makeEmpty, makePrepared } from '../support/harness/targets';
import { useTestbed } from '../ground/use-testbed';

const DEFAULTS = 'SELECT defaclacl::text FROM pg_default_acl ORDER BY 1';

describe('default privileges of a target that exists', () => {
  const on = useTestbed({ project: 'another for each' });
  let target: string;
  beforeEach(() => {
    target = on.project.databaseName;
  });

  const found = ({ problems }: Plan): readonly string[] =>
    problems.flatMap(({ code, message }) => (code === 'default-privileges' ? [message] : []));
  /** Runs what the problem prints, as it is printed. */
  async function settle(plan: Plan): Promise<string> {
    expect(plan.problems).toMatchObject([{ code: 'default-privileges' }]);
    const [lines = ''] = /ALTER DEFAULT PRIVILEGES.*$/s.exec(found(plan)[0] ?? '') ?? [];
    await execute(target, lines);
    return lines;
  }

  it('are a problem whose statements, run as printed, let the project move', async () => {
    await makeEmpty(target);
    await execute(
      target,
      `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO anon, PUBLIC;
       ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO anon WITH GRANT OPTION;
       ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
       ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;
       ALTER DEFAULT PRIVILEGES REVOKE INSERT ON TABLES FROM CURRENT_USER;
       ALTER DEFAULT PRIVILEGES GRANT CREATE ON SCHEMAS TO anon`,
    );
    const before = await imageOf(target);
    const plan = await on.plan();
    expect(await imageOf(target)).toEqual(before);
    const lines = await settle(plan);
    expect(lines.split('; ')).toHaveLength(7);
    expect(lines).toContain(' REVOKE INSERT, SELECT ON TABLES FROM "anon";');
    expect(lines).toContain(' GRANT EXECUTE ON FUNCTIONS TO PUBLIC;');
    expect(await query(target, DEFAULTS)).toEqual([]);
    expect((await on.plan()).problems).toEqual([]);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
  });

  it('are no problem if what is created has the privileges in the source as well', async () => {
    await makeEmpty(target);
    await execute(target, `ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO anon`);
    expect((await on.plan()).problems).toEqual([]);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
  });

  it('are no problem if another role has them, in a schema where nothing is created, or if the schemas stay', async () => {
    const other = freshName('Other');
    await makePrepared(target);
    await execute(
      target,
      `CREATE ROLE "${other}"; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon`,
    );
    expect(found(await on.plan())).toEqual([]);
    await execute(
      target,
      `ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM anon;
       ALTER DEFAULT PRIVILEGES FOR ROLE "${other}" GRANT SELECT ON TABLES TO anon;
       ALTER DEFAULT PRIVILEGES IN SCHEMA shop, auth GRANT ALL ON TABLES TO anon;
       ALTER TABLE auth.sessions DROP COLUMN refreshed_at`,
    );
    const plan = await planOf(on.bed, { ...on.project, replace: true });
    expect(found(plan)).toEqual([]);
    await execute(target, `DROP OWNED BY "${other}"; DROP ROLE "${other}"`);
  });

  it('are a problem for schemas that give way as well, for a role with any name', async () => {
    const role = `Odd "role". ${freshName('one')}`;
    const quoted = `"${role.replaceAll('"', '""')}"`;
    await makePrepared(target);
    await execute(
      target,
      `CREATE ROLE ${quoted} SUPERUSER LOGIN PASSWORD 'odd';
       ALTER DEFAULT PRIVILEGES FOR ROLE ${quoted} GRANT SELECT ON TABLES TO anon;
       DROP TABLE public.profiles; DROP TRIGGER on_auth_user_created ON auth.users;
       ALTER TABLE auth.sessions DROP COLUMN refreshed_at`,
    );
    const usual = on.bed.configured.urls;
    const url = new URL(urlOf('postgres', role));
    url.password = 'odd';
    on.bed.configured.urls = { ...usual, projects: url.href };
    const replacing = { ...on.project, replace: true };
    try {
      await settle(await planOf(on.bed, replacing));
      expect(found(await planOf(on.bed, replacing))).toEqual([]);
      const ending = await on.bed.run('migrateProject', replacing);
      expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
    } finally {
      on.bed.configured.urls = usual;
      await execute(target, `DROP OWNED BY ${quoted}`);
    }
  });
});
