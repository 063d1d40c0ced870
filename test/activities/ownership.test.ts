import type { Tenancy } from '../../workflows/domain/tenancy';
import { readOwnership, sessionsFor } from '../../activities/plan/ownership';
import { Connections } from '../../activities/postgres/session/connections';
import { NO_SCOPES } from '../../workflows/domain/scopes';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const BY_PREFIX = { by: 'id-prefix', separator: '-' } as const;
const BY_TABLE: Tenancy = {
  users: { by: 'table', table: 'public.members', project: 'project', user: 'member' },
  buckets: { by: 'table', table: 'public.rooms', project: 'project', bucket: 'bucket' },
};

describe('claims of several projects', () => {
  let bed: Testbed;
  let one: TestProject;
  let other: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    [one, other] = [bed.nextProject(), bed.nextProject()];
    await execute(bed.source, MAPPING);
  });
  beforeEach(() =>
    configure({ users: { by: 'app-metadata', key: 'project_ref' }, buckets: BY_PREFIX }),
  );
  afterAll(() => bed.close());

  function configure(tenancy: Tenancy, refs?: readonly string[]): void {
    const list = refs?.map((ref, i) => ({ ref, database: `db_${i}`, owner: 'o' }));
    const projects = list === undefined ? undefined : { list };
    bed.configured.settings = { ...bed.configured.settings, tenancy, projects };
  }

  async function codes(): Promise<readonly string[]> {
    return (await planOf(bed, one)).problems.map(({ code }) => code);
  }

  async function allRefs(): Promise<readonly string[]> {
    const rows = await query<{ ref: string }>(bed.source, 'SELECT ref FROM public.projects');
    return rows.map(({ ref }) => ref);
  }

  async function rowsOf(sql: string): Promise<number> {
    const [found] = await query<{ n: number }>(bed.source, `SELECT count(*)::int AS n FROM ${sql}`);
    return found?.n ?? -1;
  }

  it('moves by a mapping table', async () => {
    configure(BY_TABLE);
    const { projectRef, databaseName } = one;
    const ending = await bed.run('backupProject', { projectRef, databaseName });
    expect(ending.message).toBe('');
    const rows = new Map(ending.report?.tables.map((table) => [table.table, table.rows]));
    expect(rows.get('auth.users')).toBe(
      await rowsOf(`public.members WHERE project = '${projectRef}'`),
    );
    expect(rows.get('storage.buckets')).toBe(
      await rowsOf(`public.rooms WHERE project = '${projectRef}'`),
    );
  });

  it('stops at a user that two projects claim, unless that is allowed', async () => {
    configure(BY_TABLE);
    expect(await codes()).toEqual([]);
    await execute(bed.source, alsoIn(other.projectRef, one.projectRef));
    const plan = await planOf(bed, one);
    expect(plan.problems.map(({ code }) => code)).toEqual(['overlap']);
    expect(plan.problems[0]?.message).toContain('1 user and 0 buckets are claimed');
    configure({ ...BY_TABLE, allowShared: true });
    const allowed = await planOf(bed, one);
    expect(allowed.problems).toEqual([]);
    expect(allowed.warnings.map(({ code }) => code)).toContain('shared');
  });

  it('stops at a bucket that a query gives to two projects', async () => {
    const sql = `SELECT id FROM storage.buckets WHERE starts_with(id, left($1, 7))`;
    configure(
      { users: { by: 'app-metadata', key: 'project_ref' }, buckets: { by: 'query', sql } },
      await allRefs(),
    );
    expect(await codes()).toContain('overlap');
  });

  it.each([
    [
      'the default tenancy',
      { users: { by: 'app-metadata', key: 'project_ref' }, buckets: BY_PREFIX },
    ],
    ['instance ids', { users: { by: 'instance-id' }, buckets: BY_PREFIX }],
  ] as const)('opens no session where %s says that nothing is shared', async (_what, tenancy) => {
    const connections = new Connections(
      () => {
        throw new Error('a session was asked for');
      },
      { name: 'moveout test ownership' },
    );
    const servers = { source: 'shared', target: 'projects' };
    const scopes = NO_SCOPES;
    const project = { ...one, ...servers, tenancy, scopes, configuredRefs: undefined };
    const found = await readOwnership(connections, project, { sessions: 2 });
    expect(found).toEqual({ problems: [], warnings: [] });
    const asked = { sessions: 2, unclaimed: true };
    await expect(readOwnership(connections, project, asked)).rejects.toThrow('was asked for');
  });

  it('reads on no more sessions than a plan makes sure of', () => {
    expect([sessionsFor(100, 16), sessionsFor(1e6, 2), sessionsFor(1e6, 16)]).toEqual([1, 2, 16]);
  });

  it('says so where a statement does not run for all projects at once', async () => {
    const sql = `SELECT u.id FROM auth.users u JOIN projects p
      ON p.ref = u.raw_app_meta_data ->> 'project_ref' WHERE convert_to(p.ref, 'UTF8') = $1`;
    configure({ users: { by: 'query', sql }, buckets: BY_PREFIX }, await allRefs());
    const plan = await planOf(bed, one);
    const unknown = plan.warnings.find(({ code }) => code === 'claims-unknown');
    expect(unknown?.message).toMatch(/write \$1::text/);
    expect(plan.unclaimed).toBeUndefined();
    expect(plan.users).toBeGreaterThan(0);
  });

  it('counts what no project claims, table by table', async () => {
    configure(
      { users: { by: 'app-metadata', key: 'project_ref' }, buckets: BY_PREFIX },
      await allRefs(),
    );
    const unclaimed = new Map(
      (await planOf(bed, one)).unclaimed?.map(({ table, rows }) => [table, rows]),
    );
    const nobody = `auth.users u WHERE coalesce(u.raw_app_meta_data ->> 'project_ref' IN (SELECT ref FROM public.projects), false) IS FALSE`;
    expect(unclaimed.get('auth.users')).toBe(await rowsOf(nobody));
    expect(unclaimed.get('auth.sessions')).toBe(
      await rowsOf(`auth.sessions WHERE user_id IN (SELECT u.id FROM ${nobody})`),
    );
    expect(unclaimed.get('storage.objects')).toBe(
      await rowsOf(
        `storage.objects o WHERE NOT EXISTS (SELECT FROM public.projects p WHERE starts_with(o.bucket_id, p.ref || '-'))`,
      ),
    );
    expect(unclaimed.get('auth.users')).toBeGreaterThan(0);
    expect(unclaimed.has('auth.schema_migrations')).toBe(false);
  });

  it('knows nothing of others where their refs are not known', async () => {
    const sql = `SELECT id FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1`;
    configure({ users: { by: 'query', sql }, buckets: BY_PREFIX });
    const plan = await planOf(bed, one);
    expect(plan.unclaimed).toBeUndefined();
    expect(plan.warnings.map(({ code }) => code)).toContain('claims-unknown');
  });
});

/** Who belongs where, in tables beside the schemas. */
const MAPPING = `
  CREATE TABLE public.members (project text, member uuid, PRIMARY KEY (member, project));
  CREATE TABLE public.rooms (project text, bucket text, PRIMARY KEY (bucket, project));
  INSERT INTO public.members SELECT raw_app_meta_data ->> 'project_ref', id FROM auth.users
    WHERE raw_app_meta_data ->> 'project_ref' IN (SELECT ref FROM public.projects);
  INSERT INTO public.rooms SELECT p.ref, b.id FROM storage.buckets b JOIN public.projects p
    ON starts_with(b.id, p.ref || '-');`;

function alsoIn(project: string, of: string): string {
  return `INSERT INTO public.members SELECT '${project}', member FROM public.members
    WHERE project = '${of}' ORDER BY member LIMIT 1`;
}
