import { createDatabase, execute } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { planText } from '../../client/report/plan';

const EMPTIED = `
  SET session_replication_role = replica;
  SELECT set_config('storage.allow_delete_query', 'true', false);
  DELETE FROM auth.users; DELETE FROM storage.objects; DELETE FROM storage.buckets;`;

describe('the plan, of a target that a service has prepared,', () => {
  let bed: Testbed;
  let project: TestProject;
  let target: string;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    target = await createDatabase('target', bed.source);
  });
  afterAll(() => bed.close());

  async function differing(change: string): Promise<string> {
    await execute(target, `${EMPTIED} ${change}`);
    const { problems } = await planOf(bed, { ...project, databaseName: target });
    return problems.find(({ code }) => code === 'schema-differs')?.message ?? '';
  }

  it('offers to leave columns out where only the source has them, and each of them can', async () => {
    await execute(
      bed.source,
      `ALTER TABLE auth.users ADD COLUMN "my own" text;
       ALTER TABLE auth.identities ADD COLUMN "a.b" text;`,
    );
    const message = await differing('');
    expect(message).toContain(
      'columns: { "auth.identities.\\"a.b\\"": { scope: excluded, because: "…" }, "auth.users.my own"',
    );
  });

  it('says of an older Auth there that it has to migrate first, once and without columns', async () => {
    const message = await differing(
      `DELETE FROM auth.schema_migrations WHERE version = (SELECT max(version) FROM auth.schema_migrations);
       ALTER TABLE auth.sessions DROP COLUMN refreshed_at; ALTER TABLE auth.users DROP COLUMN is_anonymous;`,
    );
    expect(message).toMatch(
      /schema auth is of an older release of Auth \(its newest migration is \d+, the source's is \d+\), with \d+ differences: let Auth of the source's release migrate the target first/,
    );
    expect(message).not.toContain('refreshed_at');
    expect(message).not.toContain('leave out what only the source has');
  });

  it('says of a newer Storage there that the source has to follow first', async () => {
    const message = await differing(
      `INSERT INTO storage.migrations (id, name, hash) VALUES (9999, 'newer', 'x');
       ALTER TABLE storage.buckets ADD COLUMN newer int;`,
    );
    expect(message).toMatch(/schema storage is of a newer release of Storage/);
    expect(message).toContain("let Storage of the target's release migrate the source first");
  });
});

describe('the plan, of a source', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
  });
  afterAll(() => bed.close());

  it('whose tables were never analyzed counts the small ones, and says so of large ones', async () => {
    await execute(
      bed.source,
      `CREATE TABLE auth.large (user_id uuid, filler text) WITH (autovacuum_enabled = off);
       ALTER TABLE auth.large ALTER filler SET STORAGE PLAIN;
       INSERT INTO auth.large SELECT id, repeat('x', 7000) FROM auth.users, generate_series(1, 6000)
        LIMIT 6000;
       CREATE TABLE auth.small (user_id uuid) WITH (autovacuum_enabled = off);
       INSERT INTO auth.small SELECT id FROM auth.users LIMIT 5;`,
    );
    const owned = { scope: 'owned', via: 'user_id -> auth.users.id' } as const;
    const { scopes } = bed.configured.settings;
    const tables = { 'auth.large': owned, 'auth.small': owned };
    bed.configured.settings = { ...bed.configured.settings, scopes: { ...scopes, tables } };
    const plan = await planOf(bed, project);
    const estimated = new Map(plan.tables.map((table) => [table.table, table.estimatedRows]));
    expect(estimated.get('auth.small')).toBe(5);
    expect(estimated.get('auth.large')).toBeUndefined();
    expect(planText(plan)).toContain('no statistics');
    await execute(bed.source, 'DROP TABLE auth.large, auth.small');
    bed.configured.settings = { ...bed.configured.settings, scopes };
  });

  it.each([
    ['is empty', 'TRUNCATE auth.schema_migrations'],
    ['the source has no auth.schema_migrations', 'DROP TABLE auth.schema_migrations'],
  ])('warns where the list of migrations of Auth %s', async (says, change) => {
    await execute(bed.source, change);
    const { warnings } = await planOf(bed, project);
    const found = warnings.filter(({ code }) => code === 'migrations-list');
    expect(found.map(({ message }) => message).join()).toContain(says);
  });
});
