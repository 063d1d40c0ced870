import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createSource, ownProjects } from '../support/harness/studio-source';
import { dropDatabases, execute, urlOf } from '../support/harness/databases';
import { runScript } from './script';

const SCHEMAS = 3_000;
/** In one transaction; each table and key takes a lock. */
const AT_ONCE = 250;

const documentSchema = z.looseObject({
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});

describe('a source with thousands of schemas of tenants that refer to auth', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-dependents-'));
  let source: string;
  beforeAll(async () => {
    source = await createSource();
    for (let from = 0; from < SCHEMAS; from += AT_ONCE) await execute(source, tenants(from));
  }, 400_000);
  afterAll(async () => {
    await dropDatabases();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is planned, with one JSON document on stdout and all that stays behind in a file', async () => {
    const [project] = await ownProjects(source);
    const { status, stdout, stderr } = await runScript(
      [
        ...['--dry-run', '--json', `--project-ref=${project?.ref ?? ''}`],
        ...['--database=of_many_dependents', '--owner=user-123'],
      ],
      { cwd: folder, env: { MOVEOUT_SOURCE_URL: urlOf(source) } },
    );
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const { warnings } = documentSchema.parse(JSON.parse(stdout));
    const last = warnings.at(-1)?.message ?? '';
    const [, left = '', file = ''] = /^(\d+) more .*; all of them are in (.*)$/.exec(last) ?? [];
    expect(Number(left)).toBeGreaterThan(9_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }, 400_000);
});

/** Views of each tenant; a foreign key each would make `auth.users` slower with every one. */
const VIEWS = ['users', 'sessions', 'identities', 'refresh_tokens'] as const;

/** Schemas of a few tenants, with views of auth whose names are long, and a foreign key in the first of them. */
function tenants(from: number): string {
  const views = Array.from({ length: AT_ONCE }, (_, index) => `tenant_${String(from + index)}`).map(
    (schema) => `CREATE SCHEMA ${schema};
      ${VIEWS.map((table) => `CREATE VIEW ${schema}.${table.padEnd(60, '_of_the_tenant')} AS SELECT id FROM auth.${table};`).join('\n')}`,
  );
  const keyed = `CREATE TABLE tenant_${String(from)}.notes (author uuid REFERENCES auth.users);`;
  return [...views, keyed].join('\n');
}
