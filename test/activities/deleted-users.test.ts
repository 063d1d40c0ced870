import { readTables } from '../../activities/postgres/catalog/tables';
import { countRowsPerProject } from '../../activities/postgres/scope/census';
import { readDeletedUsers } from '../../activities/postgres/scope/deleted-users';
import { existence } from '../../activities/postgres/scope/project-keys';
import { PROJECT_EXTENT } from '../../workflows/domain/extent';
import { tenancySchema, type Tenancy } from '../../workflows/domain/tenancy';
import { NO_SCOPES } from '../../workflows/domain/scopes';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { inSnapshot } from './checks/snapshot';

const TENANCY = tenancySchema.parse({});
/** What names the project of each soft-deleted user, or does not. */
const FOUND = ['object', 'bucket', 'provider', 'metadata', 'deleted admin', 'of its admin'];
const LOST = ['nothing', 'two projects', 'shared provider', 'of an operator', 'of a new admin'];

describe('soft-deleted users whose metadata Auth emptied', () => {
  let bed: Testbed;
  let project: TestProject;
  let other: TestProject;
  let before: Tally;
  beforeAll(async () => {
    bed = await openTestbed();
    [project, other] = [bed.nextProject(), bed.nextProject()];
    before = await taken(project);
    await execute(bed.source, softDeleted(project.projectRef, other.projectRef));
  });
  beforeEach(() => {
    bed.configured.settings = { ...bed.configured.settings, tenancy: TENANCY };
  });
  afterAll(() => bed.close());

  /** Writes a ref, or none, to the users that no project is found for. */
  async function writeMetadata(metadata: object): Promise<void> {
    await execute(
      bed.source,
      `UPDATE auth.users SET raw_app_meta_data = '${JSON.stringify(metadata)}'
        WHERE id = ANY (ARRAY[${LOST.map(id).join(', ')}])`,
    );
  }

  interface Tally {
    readonly users: number;
    readonly identities: number;
    readonly audit: number;
  }

  /** The rows of a backup, by its report. */
  async function taken({ projectRef, databaseName }: TestProject): Promise<Tally> {
    const ending = await bed.run('backupProject', { projectRef, databaseName });
    expect(ending.message).toBe('');
    const rows = (table: string): number =>
      ending.report?.tables.find((found) => found.table === table)?.rows ?? -1;
    return {
      users: rows('auth.users'),
      identities: rows('auth.identities'),
      audit: rows('auth.audit_log_entries'),
    };
  }

  async function findings(of: TestProject): Promise<readonly string[]> {
    const { warnings } = await planOf(bed, of);
    return warnings.filter(({ code }) => code === 'deleted-users').map(({ message }) => message);
  }

  it('come along with their rows if all that names a project names this one', async () => {
    const plan = await planOf(bed, project);
    expect(plan.problems).toEqual([]);
    expect(plan.users).toBe(before.users + FOUND.length);
    const after = await taken(project);
    expect(after).toEqual({
      users: before.users + FOUND.length,
      identities: before.identities + 1 + IDENTITIES_OF_LIVE_USERS,
      audit: before.audit + FOUND.length + ACTS,
    });
  });

  it('are named in the plan, those that stay and those that come along', async () => {
    const [stay, come, ...more] = await findings(project);
    expect(more).toEqual([]);
    expect(stay).toMatch(
      /^5 soft-deleted users .* they and their audit rows stay behind; .*"project_ref"/,
    );
    expect(come).toMatch(/^6 soft-deleted users of the project .* come along/);
    const elsewhere = await findings(other);
    expect(elsewhere).toEqual([stay]);
  });

  it('are given to the same project by plan, census and what no project claims', async () => {
    const all = await query<{ ref: string }>(bed.source, 'SELECT ref FROM public.projects');
    const refs = all.map(({ ref }) => ref);
    const counted = { tenancy: TENANCY, scopes: NO_SCOPES, configuredRefs: refs, refs };
    const census = await inSnapshot(bed.source, (client) => countRowsPerProject(client, counted));
    const [objects] = await query<{ n: number }>(
      bed.source,
      `SELECT count(*)::int AS n FROM storage.objects WHERE starts_with(bucket_id, $1 || '-')`,
      [project.projectRef],
    );
    expect(census.rows.get(project.projectRef)).toBe(
      before.users + FOUND.length + (objects?.n ?? -1),
    );
    const unclaimed = async (): Promise<number> => {
      const plan = await planOf(bed, project);
      return plan.unclaimed?.find(({ table }) => table === 'auth.users')?.rows ?? 0;
    };
    const withLost = await unclaimed();
    await writeMetadata({ project_ref: other.projectRef });
    expect(await unclaimed()).toBe(withLost - LOST.length);
    expect(await findings(other)).toEqual([]);
    await writeMetadata({});
  });

  it('are the same users whether a list names them or the search is repeated', async () => {
    const found = (largestList: number) =>
      inSnapshot(bed.source, async (client) => {
        const tables = await readTables(client, PROJECT_EXTENT);
        const wanted = { tenancy: TENANCY, configuredRefs: undefined };
        const deleted = await readDeletedUsers(client, wanted, existence(tables), largestList);
        const { rows } = await client.query<{ id: string; ref: string }>(
          `${deleted?.statement ?? ''} ORDER BY id`,
        );
        return rows;
      });
    const listed = await found(FOUND.length);
    expect(listed).toHaveLength(FOUND.length);
    expect(new Set(listed.map(({ ref }) => ref))).toEqual(new Set([project.projectRef]));
    expect(await found(FOUND.length - 1)).toEqual(listed);
  });

  it('own buckets of their project by the tenancy of buckets by owner', async () => {
    const byOwner: Tenancy = { ...TENANCY, buckets: { by: 'owner' } };
    bed.configured.settings = { ...bed.configured.settings, tenancy: byOwner };
    const { buckets } = await planOf(bed, project);
    await execute(
      bed.source,
      `INSERT INTO storage.buckets (id, name, owner_id)
        VALUES ('of-a-deleted-admin', 'of-a-deleted-admin', ${id('deleted admin')})`,
    );
    expect((await planOf(bed, project)).buckets).toBe(buckets + 1);
  });
});

/** What live users of the project got as well. */
const IDENTITIES_OF_LIVE_USERS = 2;
/** Rows of acts by or on a user of the project; each found user has one more, of its sign-up. */
const ACTS = 7;

/** Payloads that Auth does not write, and PostgreSQL holds. */
const ODD_PAYLOADS = String.raw`
  INSERT INTO auth.audit_log_entries (id, payload) SELECT gen_random_uuid(), p::json FROM unnest(ARRAY[
    NULL, 'null', '"text"', '[1]', '{"actor_id": "nobody", "traits": "x"}', '{"actor_id": 1, "traits": [1]}',
    '{"actor_id": "\u0000", "traits": {"user_id": "\ud800", "app_metadata": "x"}}']) AS p;`;

/** The same id for the same name. */
function id(name: string): string {
  return `md5('deleted ' || '${name}')::uuid`;
}

/** Acts in the audit log, as Auth writes them: who, and on whom. */
function acted(actor: string, subject: string, traits = '{}'): string {
  return `INSERT INTO auth.audit_log_entries (id, payload) VALUES (gen_random_uuid(),
    json_build_object('actor_id', ${actor}, 'action', 'user_modified',
      'traits', jsonb_build_object('user_id', ${subject}) || '${traits}'));`;
}

/** A live user of a project; each number is another. */
function live(ref: string, n: number): string {
  return `(SELECT u.id FROM auth.users u WHERE u.raw_app_meta_data ->> 'project_ref' = '${ref}'
    ORDER BY u.id OFFSET ${String(n)} LIMIT 1)`;
}

/** Soft-deleted users, as Auth leaves them: the id, the audit log and what they own say whose they were. */
function softDeleted(ref: string, other: string): string {
  const nobody = `'00000000-0000-0000-0000-000000000000'`;
  const users = [...FOUND, ...LOST].map(
    (name) => `
      INSERT INTO auth.users (id, email, raw_app_meta_data, raw_user_meta_data, deleted_at)
        VALUES (${id(name)}, md5('${name}'), '{}', '{}', now());
      INSERT INTO auth.audit_log_entries (id, payload) VALUES (gen_random_uuid(),
        json_build_object('actor_id', ${id(name)}, 'action', 'user_signedup'));`,
  );
  const object = (project: string, owner: string): string =>
    `INSERT INTO storage.objects (bucket_id, name, owner_id)
      SELECT min(b.id), '${owner.replace(/\W/g, '')}', ${owner} FROM storage.buckets b
       WHERE starts_with(b.id, '${project}-');`;
  const identity = (user: string, provider: string): string =>
    `INSERT INTO auth.identities (provider_id, user_id, identity_data, provider)
      SELECT gen_random_uuid(), u.id, '{}', '${provider}' FROM (SELECT ${user} AS id) AS u;`;
  return `${users.join('')} ${ODD_PAYLOADS}
    ${object(ref, id('object'))}
    INSERT INTO storage.buckets (id, name, owner) VALUES ('${ref}-gone', '${ref}-gone', ${id('bucket')});
    ${object(ref, id('two projects'))} ${object(other, id('two projects'))}
    ${identity(live(ref, 0), 'custom:acme')} ${identity(id('provider'), 'custom:acme')}
    ${identity(live(ref, 1), 'custom:all')} ${identity(live(other, 1), 'custom:all')}
    ${identity(id('shared provider'), 'custom:all')}
    ${acted(nobody, id('metadata'), `{"app_metadata": {"project_ref": "${ref}"}}`)}
    ${acted(live(ref, 2), live(ref, 3))} ${acted(live(ref, 2), id('of its admin'))}
    ${acted(id('deleted admin'), live(ref, 3))} ${acted(id('deleted admin'), live(ref, 4))}
    ${acted(live(other, 2), live(other, 3))} ${acted(live(other, 2), live(ref, 3))}
    ${acted(live(other, 2), id('of an operator'))}
    ${acted(live(ref, 5), id('of a new admin'))}`;
}
