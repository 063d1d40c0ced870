import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execute, exists, query } from '../support/harness/databases';
import { expectedRows } from '../support/harness/expected-rows';
import { before } from '../support/harness/interventions';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import { createOddRole, type OddRole } from './odd-role';
import { holdUp } from './hold-up';

const TIME_LIMITS = [
  `statement_timeout = '150ms'`,
  `lock_timeout = '150ms'`,
  `idle_in_transaction_session_timeout = '150ms'`,
];

/** Says whose users are; read in the backup's snapshot before any other table. */
const MEMBERS = `CREATE TABLE public.members AS
  SELECT raw_app_meta_data ->> 'project_ref' AS project, id AS "user" FROM auth.users
   WHERE raw_app_meta_data ->> 'project_ref' IS NOT NULL`;

describe('traps while a project moves', () => {
  let bed: Testbed;
  let role: OddRole;

  beforeAll(async () => {
    bed = await openTestbed();
    role = await createOddRole(TIME_LIMITS);
    bed.configured.urls = { shared: role.urlOf(bed.source), projects: role.urlOf('postgres') };
    await execute(bed.source, MEMBERS);
    const users = {
      by: 'table',
      table: 'public.members',
      project: 'project',
      user: 'user',
    } as const;
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, tenancy: { ...settings.tenancy, users } };
  });
  afterAll(async () => {
    await bed.close();
    await role.drop();
  });

  const signUp = ({ projectRef }: TestProject): string =>
    `WITH late AS (
       INSERT INTO auth.users (id, email, raw_app_meta_data)
       VALUES (gen_random_uuid(), 'late@${projectRef}.example', '{"project_ref": "${projectRef}"}')
       RETURNING id)
     INSERT INTO public.members SELECT '${projectRef}', id FROM late`;
  const upload = ({ projectRef }: TestProject): string =>
    `INSERT INTO storage.objects (bucket_id, name)
     SELECT id, 'late' FROM storage.buckets WHERE starts_with(id, '${projectRef}-') ORDER BY id LIMIT 1`;

  describe('held up in its snapshot', () => {
    let heldUp = false;
    let project: TestProject;
    let backupId = '';
    let backedUp: unknown;
    let reported = '';
    let drift: unknown;
    let rows: unknown;

    beforeAll(async () => {
      project = bed.nextProject();
      const expected = await expectedRows(bed.source, project.projectRef);
      rows = Object.fromEntries(Object.entries(expected).map(([table, has]) => [table, has.rows]));
      let held: Promise<boolean> = Promise.resolve(false);
      const hold = before('backupProject', () => {
        held = holdUp(bed.source, {
          table: 'public.members',
          change: `${signUp(project)}; ${upload(project)}`,
        });
        return Promise.resolve();
      });
      const { report } = await bed.run('migrateProject', project, hold);
      heldUp = await held;
      expect(report?.outcome).toBe('migrated');
      drift = report?.drift.map(({ table, moved }) => [table, moved]);
      backupId = report?.backupId ?? '';
      reported = JSON.stringify(report);
      const manifest = join(bed.backups, backupId, 'metadata.json');
      backedUp = JSON.parse(await readFile(manifest, 'utf8'));
    });

    it("T27: time limits of the role and of its server end none of moveout's statements", () => {
      expect(heldUp).toBe(true);
    });

    it('T29: all tables are of one snapshot, though one was read after a change', () => {
      expect(backedUp).toMatchObject({ rowCounts: rows });
      const added = { added: 1, changed: 0, gone: 0 };
      expect(drift).toEqual([
        ['auth.users', added],
        ['storage.objects', added],
      ]);
    });

    it('T34: only we can read a backup, and the report holds no secret of it', async () => {
      const folder = join(bed.backups, backupId);
      const modes = [folder, ...(await readdir(folder)).map((file) => join(folder, file))].map(
        async (path) => (await stat(path)).mode & 0o777,
      );
      expect(new Set(await Promise.all(modes))).toEqual(new Set([0o700, 0o600]));
      const secrets = await query<{ secret: string }>(
        bed.source,
        `SELECT secret FROM (SELECT encrypted_password FROM auth.users UNION ALL SELECT secret FROM auth.mfa_factors
         UNION ALL SELECT token FROM auth.refresh_tokens UNION ALL SELECT client_secret FROM auth.custom_oauth_providers) AS s (secret)
        WHERE length(secret) > 8`,
      );
      expect(secrets.filter(({ secret }) => reported.includes(secret))).toEqual([]);
    });
  });

  it('T30: a sign-up during the move is reported, and fails the move where that is asked for', async () => {
    const project = bed.nextProject();
    const late = before('initSchema', () => execute(bed.source, signUp(project)));
    const ending = await bed.run('migrateProject', { ...project, onDrift: 'fail' }, late);
    expect(ending).toMatchObject({
      type: 'Drifted',
      report: {
        outcome: 'restored',
        drift: [{ table: 'auth.users', moved: { added: 1, changed: 0, gone: 0 } }],
      },
    });
    expect(ending.message).toContain('auth.users');
    expect(await exists(project.databaseName)).toBe(false);
    const kept = `SELECT FROM auth.users WHERE email = 'late@${project.projectRef}.example'`;
    expect(await query(bed.source, kept)).toHaveLength(1);
  });
});
