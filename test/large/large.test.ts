import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, execute, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';

/** `npm run test:large` sets it; else both are smaller, so that they run with all tests. */
const IS_WHOLE = process.env['MOVEOUT_LARGE'] === 'all';

const MEGABYTES = IS_WHOLE ? 300 : 40;
const KEYS = IS_WHOLE ? 10_000 : 300;

/** More than one statement of one transaction may lock. */
const KEYS_AT_ONCE = 1_000;

/** Above this Temporal warns. */
const WARNED = 512 * 1024;

jest.setTimeout(900_000);

describe('what is large', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it(`a value of ${String(MEGABYTES)} MB is in the plan, goes by COPY also in format json, and arrives`, async () => {
    const source = await createDatabase('large', bed.source);
    const project = bed.nextProject();
    await execute(
      source,
      `CREATE TABLE auth.blobs (user_id uuid PRIMARY KEY REFERENCES auth.users, bytes bytea);
       INSERT INTO auth.blobs SELECT id, repeat('x', ${String(MEGABYTES)} * 1000000)::bytea FROM auth.users
        WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}' ORDER BY id LIMIT 1`,
    );
    const { settings } = bed.configured;
    const scope = { scope: 'owned', via: 'user_id -> auth.users.id' } as const;
    bed.configured.settings = {
      ...settings,
      scopes: { ...settings.scopes, tables: { ...settings.scopes.tables, 'auth.blobs': scope } },
      backup: { ...settings.backup, format: 'json' },
    };
    bed.configured.urls = { ...bed.configured.urls, shared: urlOf(source) };
    const { problems, warnings } = await planOf(bed, project);
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message).join('\n')).toMatch(
      /auth\.blobs goes into the backup as COPY bytes, also in format json: its widest row takes \d+ MiB/,
    );
    const { report, message } = await bed.run('migrateProject', project);
    expect(message).toBe('');
    const manifest = await readFile(
      join(bed.backups, report?.backupId ?? '', 'metadata.json'),
      'utf8',
    );
    expect(manifest).toContain('auth_blobs.copy');
    const question = 'SELECT octet_length(bytes) AS bytes, md5(bytes) AS md5 FROM auth.blobs';
    expect(await query(project.databaseName, question)).toEqual(await query(source, question));
    bed.configured.settings = settings;
  });

  it(`${String(KEYS)} foreign keys that stay behind are in a plan that Temporal takes, and in a file`, async () => {
    const source = await createDatabase('large', bed.source);
    for (let from = 1; from <= KEYS; from += KEYS_AT_ONCE) {
      const to = Math.min(from + KEYS_AT_ONCE - 1, KEYS);
      await execute(
        source,
        `DO $$ BEGIN FOR i IN ${String(from)}..${String(to)} LOOP
           EXECUTE format('CREATE SCHEMA tenant_%s CREATE TABLE profiles (id uuid REFERENCES auth.users)', i);
         END LOOP; END $$`,
      );
    }
    bed.configured.urls = { ...bed.configured.urls, shared: urlOf(source) };
    const plan = await planOf(bed, bed.nextProject());
    expect(plan.problems).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(plan))).toBeLessThan(WARNED);
    const [, file = ''] =
      /all of them are in (.*)$/.exec(plan.warnings.at(-1)?.message ?? '') ?? [];
    const all = await readFile(file, 'utf8');
    for (const tenant of [1, KEYS]) expect(all).toContain(`tenant_${String(tenant)}.profiles`);
  });
});
