import { EventEmitter, once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import type { Project } from '../../workflows/domain/request';
import { createDatabase, execute, exists, freshName, query } from '../support/harness/databases';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { listed } from '../support/harness/listed';
import { planOf } from '../support/harness/plan-of';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { startPostgres, type Postgres } from '../../local/postgres';
import { createStudio } from '../../studio/studio';

const CLOSED = 'postgresql://nobody:hunter2@127.0.0.1:1/gone';

describe('projects of two sources and two target servers', () => {
  let bed: Testbed;
  let endTemporal: () => Promise<void>;
  let second: Postgres;
  let usual: Testbed['configured'];
  let far: TestProject;
  beforeAll(async () => {
    endTemporal = await useOwnTemporal();
    bed = await openTestbed();
    second = await startPostgres();
    await createStudio(second.url, { projects: 1, users: 12, objects: 20, seed: 'far' });
    const rows = await there(() =>
      query<{ ref: string; owner: string }>('postgres', 'SELECT ref, owner FROM public.projects'),
    );
    const { ref: projectRef = '', owner: ownerUserId = '' } = rows[0] ?? {};
    far = { projectRef, databaseName: freshName('target'), ownerUserId };
    const urls = { 'shared-b': second.url, 'projects-b': second.url, gone: CLOSED };
    Object.assign(bed.configured.urls, urls);
    usual = { ...bed.configured };
  });
  beforeEach(() => Object.assign(bed.configured, usual));
  afterAll(async () => {
    await bed.close();
    await second.stop();
    await endTemporal();
  });

  /** Runs `use` with the harness at the second server. */
  async function there<T>(use: () => Promise<T>): Promise<T> {
    const first = process.env['MOVEOUT_TEST_POSTGRES_URL'];
    process.env['MOVEOUT_TEST_POSTGRES_URL'] = second.url;
    try {
      return await use();
    } finally {
      process.env['MOVEOUT_TEST_POSTGRES_URL'] = first;
    }
  }

  function configure(list: readonly Project[]): void {
    bed.configured.settings = { ...usual.settings, projects: { list } };
  }

  const asConfigured = (project: TestProject, servers: Partial<Project> = {}): Project => ({
    ref: project.projectRef,
    database: project.databaseName,
    owner: project.ownerUserId,
    ...servers,
  });

  it('migrates, verifies and backs up each where its configuration says, under one database name', async () => {
    const near = bed.nextProject();
    const away = { ...far, databaseName: near.databaseName };
    configure([
      asConfigured(near),
      asConfigured(away, { source: 'shared-b', target: 'projects-b' }),
    ]);
    for (const { projectRef } of [near, away]) {
      const moved = await bed.run('migrateProject', { projectRef });
      expect(moved).toMatchObject({ message: '', report: { outcome: 'migrated' } });
      const verified = await bed.run('verifyProject', { projectRef, onDrift: 'fail' });
      expect(verified).toMatchObject({ message: '', report: { outcome: 'verified' } });
      const saved = await bed.run('backupProject', { projectRef });
      expect(saved).toMatchObject({ message: '', report: { outcome: 'backed-up' } });
    }
    const expected = await expectedRows(bed.source, near.projectRef);
    expect(await actualRows(near.databaseName)).toEqual(expected);
    const expectedThere = await there(() => expectedRows('postgres', away.projectRef));
    expect(await there(() => actualRows(away.databaseName))).toEqual(expectedThere);
    expect(expectedThere).not.toEqual(expected);
  });

  it('goes where the request says, and is listed with its connections', async () => {
    const project = bed.nextProject();
    const input = { ...project, source: 'shared', target: 'projects-b' };
    const { report, runId } = await bed.run('migrateProject', input);
    expect(report?.outcome).toBe('migrated');
    expect(await exists(project.databaseName)).toBe(false);
    expect(await there(() => exists(project.databaseName))).toBe(true);
    await listed(bed, `RunId="${runId}" AND ${SEARCH_ATTRIBUTES.project}="${project.projectRef}"`);
    for await (const { memo } of bed.temporal.workflow.list({ query: `RunId="${runId}"` }))
      expect(memo).toMatchObject({ connections: { source: 'shared', target: 'projects-b' } });
    const database = freshName('target');
    const restored = await bed.run('restoreProject', {
      backupId: report?.backupId,
      databaseName: database,
      target: 'projects-b',
    });
    expect(restored).toMatchObject({ message: '', report: { outcome: 'verified' } });
    expect(await exists(database)).toBe(false);
    expect(await there(() => exists(database))).toBe(true);
  });

  it.each(['migrateProject', 'backupProject', 'verifyProject'] as const)(
    'refuses a connection that is not configured in one message, and touches nothing (%s)',
    async (type) => {
      bed.configured.urls = { shared: usual.urls['shared'] ?? '', projects: CLOSED };
      const before = await readdir(bed.backups);
      const ending = await bed.run(type, { ...bed.nextProject(), target: 'nowhere' });
      expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
      expect(ending.message).toContain('"target": connection "nowhere"');
      expect(await readdir(bed.backups)).toEqual(before);
    },
  );

  it('knows as claims on a bucket only the refs of the same source', async () => {
    const project = bed.nextProject();
    const longer = { ref: `${project.projectRef}-far`, database: 'other_db' };
    await execute(
      bed.source,
      `INSERT INTO storage.buckets (id, name) VALUES ('${longer.ref}-files', '${longer.ref}-files')`,
    );
    const buckets = async (servers: Partial<Project>): Promise<number> => {
      configure([asConfigured(project), { ...longer, ...servers }]);
      return (await planOf(bed, { projectRef: project.projectRef })).buckets;
    };
    const own = await buckets({ source: 'shared' });
    expect(await buckets({ source: 'shared-b' })).toBe(own + 1);
    bed.configured.urls = { ...usual.urls, alias: usual.urls['shared'] ?? '' };
    expect(await buckets({ source: 'alias' })).toBe(own);
  });

  it('takes one database name for a conflict on one server only', async () => {
    const project = bed.nextProject();
    const other = { ref: 'another-project', database: project.databaseName };
    const codes = async (target: string): Promise<readonly string[]> => {
      configure([asConfigured(project), { ...other, target }]);
      const { problems } = await planOf(bed, { projectRef: project.projectRef });
      return problems.map(({ code }) => code);
    };
    expect(await codes('projects-b')).toEqual([]);
    bed.configured.urls = { ...usual.urls, alias: usual.urls['projects'] ?? '' };
    expect(await codes('alias')).toEqual(['shared-database']);
  });

  it('refuses a target that is the source of another project, even with replace', async () => {
    const project = bed.nextProject();
    const studio = await there(() => createDatabase('studio'));
    await createStudio(urlAt(second.url, studio), { projects: 1, users: 12, objects: 20 });
    bed.configured.urls = { ...usual.urls, third: urlAt(second.url, studio) };
    configure([asConfigured(project), { ref: 'another-project', database: 'x', source: 'third' }]);
    const before = await there(() => imageOf(studio));
    const input = { ...project, databaseName: studio, target: 'projects-b', replace: true };
    const ending = await bed.run('migrateProject', input);
    expect(ending.report?.problems.map(({ code }) => code)).toContain('target-is-source');
    expect(await there(() => imageOf(studio))).toEqual(before);
  });

  it('finds and undoes what a terminated run left on any of the servers, whoever else is down', async () => {
    const project = bed.nextProject();
    configure([
      asConfigured(project, { target: 'projects-b' }),
      { ref: 'another-project', database: 'x', target: 'gone' },
    ]);
    const bell = new EventEmitter();
    const [reached, released] = [once(bell, 'reached'), once(bell, 'released')];
    const handle = await bed.start('migrateProject', [project], async (name, real) => {
      if (name !== 'finishSchema') return real();
      bell.emit('reached');
      await released;
      return real();
    });
    await reached;
    const { outcome } = SEARCH_ATTRIBUTES;
    await listed(bed, `WorkflowId="${handle.workflowId}" AND ${outcome}="running"`);
    await handle.terminate('for the test');
    await listed(bed, `WorkflowId="${handle.workflowId}" AND ExecutionStatus="Terminated"`);
    bell.emit('released');
    const reconciling = await bed.start('reconcile', [{}]);
    const report: unknown = await reconciling.result();
    const reconciled = [{ workflowId: handle.workflowId, outcome: 'restored' }];
    expect(report).toMatchObject({ reconciled });
    expect(JSON.stringify(report)).toContain('\\"gone\\" does not answer');
    expect(await there(() => exists(project.databaseName))).toBe(false);
    await listed(bed, `WorkflowId="${handle.workflowId}" AND ExecutionStatus="Failed"`);
    const { memo } = await bed.temporal.workflow.getHandle(handle.workflowId).describe();
    expect(memo).toMatchObject({ connections: { target: 'projects-b' } });
  });
});

function urlAt(server: string, database: string): string {
  return new URL(`/${database}`, server).href;
}
