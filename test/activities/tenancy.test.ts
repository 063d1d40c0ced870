import type { Tenancy } from '../../workflows/domain/tenancy';
import { execute, query } from '../support/harness/databases';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const BY_METADATA = { by: 'app-metadata', key: 'project_ref' } as const;
const BY_PREFIX = { by: 'id-prefix', separator: '-' } as const;

describe('tenancy', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    await execute(bed.source, longerRef(project.projectRef));
  });
  afterAll(() => bed.close());

  /** The keys that a backup takes under a tenancy, as the files tell. */
  async function taken(tenancy: Tenancy, refs?: readonly string[]) {
    const list = refs?.map((ref, i) => ({ ref, database: `db_${i}`, owner: 'o' }));
    bed.configured.settings = {
      ...bed.configured.settings,
      tenancy,
      projects: list === undefined ? undefined : { list },
    };
    const { projectRef, databaseName } = project;
    const ending = await bed.run('backupProject', { projectRef, databaseName });
    expect(ending.message).toBe('');
    const rows = (table: string): number =>
      ending.report?.tables.find((found) => found.table === table)?.rows ?? -1;
    return { users: rows('auth.users'), buckets: rows('storage.buckets') };
  }

  async function count(sql: string): Promise<number> {
    const [found] = await query<{ n: number }>(
      bed.source,
      `SELECT count(*)::int AS n FROM ${sql}`,
      [project.projectRef],
    );
    return found?.n ?? -1;
  }

  const USERS = `auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1`;
  const ALL_WITH_PREFIX = `storage.buckets WHERE starts_with(id, $1 || '-')`;
  const OWN_BUCKETS = `${ALL_WITH_PREFIX} AND NOT starts_with(id, $1 || '-x-')`;

  it('goes by the ref in the metadata that only the server writes', async () => {
    const { users } = await taken({ users: BY_METADATA, buckets: BY_PREFIX });
    expect(users).toBe(await count(USERS));
  });

  it('gives a bucket to the longest ref, learnt from the users', async () => {
    const { buckets } = await taken({ users: BY_METADATA, buckets: BY_PREFIX });
    expect(buckets).toBe(await count(OWN_BUCKETS));
    expect(buckets).toBeLessThan(await count(ALL_WITH_PREFIX));
  });

  it('gives a bucket to the longest ref of those that are configured', async () => {
    const { projectRef } = project;
    const tenancy = { users: BY_METADATA, buckets: BY_PREFIX };
    const both = await taken(tenancy, [projectRef, `${projectRef}-x`]);
    expect(both.buckets).toBe(await count(OWN_BUCKETS));
    const byQuery = {
      by: 'query',
      sql: `select id from auth.users where raw_app_meta_data ->> 'project_ref' = $1 -- members`,
    } as const;
    const configured = { users: byQuery, buckets: BY_PREFIX };
    const alone = await taken(configured, [projectRef]);
    expect(alone.buckets).toBe(await count(ALL_WITH_PREFIX));
    const known = await taken(configured, [projectRef, `${projectRef}-x`]);
    expect(known.buckets).toBe(await count(OWN_BUCKETS));
  });

  it('counts the refs that users carry beside a configured list that knows less', async () => {
    const tenancy = { users: BY_METADATA, buckets: BY_PREFIX };
    const { buckets } = await taken(tenancy, [project.projectRef]);
    expect(buckets).toBe(await count(OWN_BUCKETS));
  });

  it('is not stopped by escapes in an audit payload that no text can hold', async () => {
    await execute(
      bed.source,
      String.raw`INSERT INTO auth.audit_log_entries (id, payload) VALUES
        (gen_random_uuid(), '{"actor_id":"nobody","x":"\u0000 \ud800 \\u0000"}')`,
    );
    const { users } = await taken({ users: BY_METADATA, buckets: BY_PREFIX });
    expect(users).toBe(await count(USERS));
  });

  it('goes by the owner of a bucket', async () => {
    const { buckets } = await taken({ users: BY_METADATA, buckets: { by: 'owner' } });
    expect(buckets).toBe(
      await count(
        `storage.buckets b WHERE EXISTS (SELECT FROM ${USERS} AND (id = b.owner OR id::text = b.owner_id))`,
      ),
    );
    expect(buckets).toBeGreaterThan(0);
  });

  it('goes by queries, with the ref as $1', async () => {
    const { users, buckets } = await taken({
      users: {
        by: 'query',
        sql: `SELECT id FROM auth.users WHERE email LIKE 'user1%@' || $1 || '.example'`,
      },
      buckets: { by: 'query', sql: `SELECT id FROM storage.buckets WHERE id = $1 || '-avatars';` },
    });
    expect({ users, buckets }).toEqual({
      users: await count(`auth.users WHERE email LIKE 'user1%@' || $1 || '.example'`),
      buckets: 1,
    });
  });

  it('goes by the instance id that a query finds in a table of its own', async () => {
    const { users } = await taken({
      users: { by: 'instance-id', sql: 'SELECT instance_id FROM projects WHERE ref = $1' },
      buckets: BY_PREFIX,
    });
    expect(users).toBe(
      await count(
        'auth.users WHERE instance_id = (SELECT instance_id FROM public.projects WHERE ref = $1)',
      ),
    );
    expect(users).toBeGreaterThan(0);
  });

  it('takes everything when it is told to', async () => {
    const all = await taken({ users: { by: 'all' }, buckets: { by: 'all' } });
    expect(all).toEqual({
      users: await count(`auth.users WHERE $1 <> ''`),
      buckets: await count(`storage.buckets WHERE $1 <> ''`),
    });
  });
});

/** A project whose ref begins with another's ref and a hyphen: a user, and a bucket of its own. */
function longerRef(ref: string): string {
  return `
    INSERT INTO auth.users (id, email, raw_app_meta_data)
    VALUES (gen_random_uuid(), 'longer@${ref}.example', '{"project_ref": "${ref}-x"}');
    INSERT INTO storage.buckets (id, name) VALUES ('${ref}-x-files', '${ref}-x-files');`;
}
