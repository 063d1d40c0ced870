import { readdir } from 'node:fs/promises';
import type { Settings } from '../../workflows/domain/settings';
import { createDatabase, execute, exists, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { keepCopy, makeCopy } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const BLIND_ROLE = 'moveout_test_blind';

describe('migrateProject refuses, and touches nothing', () => {
  let bed: Testbed;
  let usual: { settings: Settings; urls: Record<string, string> };
  let done: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    usual = { ...bed.configured };
    done = bed.nextProject();
    expect((await bed.run('migrateProject', done)).report?.outcome).toBe('migrated');
  });
  beforeEach(() => Object.assign(bed.configured, usual));
  afterAll(() => bed.close());

  async function expectRefused(input: object, code: string, says: RegExp): Promise<void> {
    const backups = await readdir(bed.backups);
    const ending = await bed.run('migrateProject', input);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
    expect(ending.report?.problems.map((problem) => problem.code)).toContain(code);
    expect(ending.message).toMatch(says);
    expect(await readdir(bed.backups)).toEqual(backups);
  }

  it('a project that is already migrated', async () => {
    const before = await imageOf(done.databaseName);
    const says = /already migrated into .* from the snapshot of .* UTC of .* \(backup backup_/;
    await expectRefused(done, 'already-migrated', says);
    expect(await imageOf(done.databaseName)).toEqual(before);
  });

  it('a project that was migrated from another source, as in a rehearsal with a copy', async () => {
    const before = await imageOf(done.databaseName);
    const copy = await keepCopy(bed.source);
    bed.configured.urls = { ...usual.urls, shared: urlOf(copy) };
    const says = new RegExp(
      `from another source: .*"${bed.source}".* while the source now is .*"${copy}".*Start with replace.*--exclude`,
    );
    await expectRefused(done, 'migrated-from-another-source', says);
    expect(await imageOf(done.databaseName)).toEqual(before);
  });

  it('no project whose source has only another connection name now', async () => {
    const { urls, settings } = usual;
    bed.configured.urls = { ...urls, renamed: urls['shared'] ?? '' };
    bed.configured.settings = { ...settings, source: 'renamed' };
    await expectRefused(done, 'already-migrated', /on connection "shared"/);
  });

  it('a target that holds rows without a marker', async () => {
    const project = bed.nextProject();
    await makeCopy(project.databaseName, bed.source);
    const before = await imageOf(project.databaseName);
    await expectRefused(project, 'target-not-empty', /holds \d+ rows in auth and storage/);
    expect(await imageOf(project.databaseName)).toEqual(before);
  });

  it('the target of another project', async () => {
    const project = { ...bed.nextProject(), databaseName: done.databaseName };
    const before = await imageOf(done.databaseName);
    await expectRefused(project, 'target-of-another-project', /belongs to project/);
    expect(await imageOf(done.databaseName)).toEqual(before);
  });

  it('a target that is the source under another connection name, even with replace', async () => {
    const before = await imageOf(bed.source);
    const input = { ...bed.nextProject(), databaseName: bed.source, replace: true };
    await expectRefused(input, 'target-is-source', /is the source database itself/);
    expect(await imageOf(bed.source)).toEqual(before);
  });

  it('a source with a table that no rule covers', async () => {
    const odd = await keepCopy(bed.source);
    await execute(odd, 'CREATE TABLE auth.loyalty_points (user_id uuid, points int)');
    bed.configured.urls = { ...usual.urls, shared: urlOf(odd) };
    const project = bed.nextProject();
    await expectRefused(project, 'no-rule', /auth\.loyalty_points/);
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('a project whose rows refer to rows of another', async () => {
    const odd = await keepCopy(bed.source);
    const [project, other] = [bed.nextProject(), bed.nextProject()];
    await execute(
      odd,
      `INSERT INTO auth.refresh_tokens (id, token, user_id, session_id)
       SELECT 999999999, 'crossing', u.id::text, s.id
         FROM auth.users u, auth.sessions s JOIN auth.users v ON v.id = s.user_id
        WHERE u.raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'
          AND v.raw_app_meta_data ->> 'project_ref' = '${other.projectRef}' LIMIT 1`,
    );
    bed.configured.urls = { ...usual.urls, shared: urlOf(odd) };
    await expectRefused(
      project,
      'crosses-projects',
      /1 row of auth\.refresh_tokens .*auth\.sessions/,
    );
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('a role that row level security would blind', async () => {
    await execute(
      bed.source,
      `DO $$ BEGIN CREATE ROLE ${BLIND_ROLE} LOGIN PASSWORD '${BLIND_ROLE}';
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
       GRANT USAGE ON SCHEMA auth, storage, public TO ${BLIND_ROLE};
       GRANT SELECT ON ALL TABLES IN SCHEMA auth, storage TO ${BLIND_ROLE};`,
    );
    bed.configured.urls = { ...usual.urls, shared: urlOf(bed.source, BLIND_ROLE) };
    await expectRefused(bed.nextProject(), 'privilege', /row level security.*BYPASSRLS/);
  });

  it('a project that is nowhere, with and without configured projects', async () => {
    const project = { ...bed.nextProject(), projectRef: 'project-nowhere' };
    await expectRefused(project, 'no-such-project', /no user and no bucket/);
    bed.configured.settings = { ...usual.settings, projects: { list: [] } };
    await expectRefused(project, 'no-such-project', /no configured project/);
  });

  it('two configured projects with one database', async () => {
    const project = bed.nextProject();
    const list = [
      { ref: project.projectRef, database: project.databaseName, owner: 'a' },
      { ref: 'project-other', database: project.databaseName, owner: 'b' },
    ];
    bed.configured.settings = { ...usual.settings, projects: { list } };
    await expectRefused(project, 'shared-database', /"project-other".*same database/);
    const fleet = await bed.run('migrateAll', {});
    expect(fleet.message).toMatch(/2 projects .* go to the database/);
  });

  it('a target whose schema is another', async () => {
    const project = bed.nextProject();
    await execute('postgres', `CREATE DATABASE ${project.databaseName}`);
    await execute(project.databaseName, 'CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid)');
    const before = await imageOf(project.databaseName);
    await expectRefused(project, 'schema-differs', /are not those of the source/);
    expect(await imageOf(project.databaseName)).toEqual(before);
  });

  it('a server that does not answer, within the bounded time, and without the password', async () => {
    bed.configured.urls = { ...usual.urls, shared: 'postgresql://u:hunter2@127.0.0.1:1/x' };
    const started = Date.now();
    const ending = await bed.run('migrateProject', bed.nextProject());
    expect(Date.now() - started).toBeLessThan(40_000);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
    expect(ending.message).toMatch(/ECONNREFUSED/);
    expect(JSON.stringify(ending)).not.toContain('hunter2');
  });

  it('several problems at once, all of them', async () => {
    const database = await createDatabase('odd');
    await execute(
      database,
      'CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid); INSERT INTO auth.users VALUES (NULL)',
    );
    const ending = await bed.run('migrateProject', {
      projectRef: 'project-nowhere',
      databaseName: database,
      ownerUserId: 'x',
    });
    expect(ending.report?.problems.map(({ code }) => code).sort()).toEqual([
      'no-such-project',
      'schema-differs',
      'target-not-empty',
    ]);
  });
});
