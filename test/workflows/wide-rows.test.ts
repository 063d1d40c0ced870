import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';

const manifestSchema = z.object({
  contents: z.array(z.object({ table: z.string(), encoding: z.string(), file: z.string() })),
});

/** Values that PostgreSQL keeps compressed: of each only the size as text tells that it is wide. */
const BLOBS = `
  CREATE TABLE auth.blobs (user_id uuid PRIMARY KEY REFERENCES auth.users, bytes bytea, body jsonb, "order" aclitem, class regclass);
  CREATE TABLE auth.notes (user_id uuid PRIMARY KEY REFERENCES auth.users, note text);
  INSERT INTO auth.blobs SELECT id, NULL, '{}', NULL, 'auth.users' FROM auth.users;
  INSERT INTO auth.notes SELECT id, 'short' FROM auth.users;`;

let bed: Testbed;
let projects: readonly [TestProject, TestProject];
beforeAll(async () => {
  bed = await openTestbed();
  const via = 'user_id -> auth.users.id';
  const tables = {
    'auth.blobs': { scope: 'owned', via },
    'auth.notes': { scope: 'owned', via },
  } as const;
  const { settings } = bed.configured;
  bed.configured.settings = {
    ...settings,
    scopes: { ...settings.scopes, tables },
    backup: { ...settings.backup, format: 'json' },
  };
  await execute(bed.source, BLOBS);
  projects = [bed.nextProject(), bed.nextProject()];
  await widen(projects[0], `bytes = decode(repeat('ab', 20000000), 'hex')`);
  await widen(projects[1], `body = jsonb_build_object('a', repeat('x', 40000000))`);
});
afterAll(() => bed.close());

async function widen({ projectRef }: TestProject, set: string): Promise<void> {
  await execute(
    bed.source,
    `UPDATE auth.blobs SET ${set} WHERE user_id = (SELECT min(id::text)::uuid FROM auth.users
        WHERE raw_app_meta_data ->> 'project_ref' = '${projectRef}')`,
  );
}

async function encodings(backupId: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(bed.backups, backupId, 'metadata.json'), 'utf8');
  const { contents } = manifestSchema.parse(JSON.parse(text));
  return Object.fromEntries(
    contents.map(({ table, encoding, file }) => [table, `${encoding} in ${file}`]),
  );
}

describe('rows too wide for JSON', () => {
  it.each([
    ['bytes', 0],
    ['jsonb', 1],
  ] as const)('go by COPY, as the plan says, and are compared: %s', async (_what, index) => {
    const project = projects[index];
    const { problems, warnings } = await planOf(bed, project);
    expect(problems).toEqual([]);
    expect(warnings.filter(({ code }) => code === 'wide-rows')).toEqual([
      {
        code: 'wide-rows',
        message:
          'auth.blobs goes into the backup as COPY bytes, also in format json: its widest row takes 38 MiB as text',
      },
    ]);
    expect(
      warnings.filter(({ code }) => code === 'object-numbers').map(({ message }) => message),
    ).toEqual([expect.stringMatching(/^column auth\.blobs\.class of type regclass holds numbers/)]);
    const { report, message } = await bed.run('migrateProject', project);
    expect(message).toBe('');
    expect(await encodings(report?.backupId ?? '')).toMatchObject({
      'auth.blobs': 'text in auth_blobs.copy',
      'auth.notes': 'json in auth_notes.json',
      'auth.users': 'json in auth_users.json',
    });
    const [same] = await query<{ md5: string }>(
      project.databaseName,
      `SELECT md5(string_agg(md5(coalesce(bytes, '')) || md5(body::text), '' ORDER BY user_id)) FROM auth.blobs`,
    );
    const [source] = await query<{ md5: string }>(
      bed.source,
      `SELECT md5(string_agg(md5(coalesce(bytes, '')) || md5(body::text), '' ORDER BY user_id)) FROM auth.blobs
        JOIN auth.users AS u ON u.id = user_id WHERE u.raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'`,
    );
    expect(same).toEqual(source);
    await execute(
      project.databaseName,
      `UPDATE auth.blobs SET bytes = set_byte(bytes, 7, 1), body = body || '{"b": 1}'
        WHERE octet_length(bytes) > 9 OR length(body::text) > 9`,
    );
    const found = await bed.run('verifyProject', project);
    expect(found.report?.outcome).toBe('different');
    expect(found.message).toContain('rows of auth.blobs differ: 1 changed, 0 missing, 0 extra');
  });
});
