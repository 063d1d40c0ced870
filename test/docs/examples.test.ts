import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import { loadConfiguration } from '../../worker/config';
import { bucketTenancySchema, userTenancySchema } from '../../workflows/domain/tenancy';
import type { Settings } from '../../workflows/domain/settings';
import { filesBelow, textOf } from '../ground/source-files';
import { execute, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { errorsOf } from './schema-errors';

const EXAMPLES = filesBelow('examples', /^[^/]*\.yaml$/);

const File = z.object({ connections: z.record(z.string(), z.object({ env: z.string() })) });

/** What the real reader makes of an example, with a URL in each variable that it names. */
function settingsOf(file: string): Settings {
  const { connections } = File.parse(parse(textOf(file)));
  const url = 'postgresql://mover@db.example:5432/postgres';
  const environment = Object.fromEntries(
    Object.values(connections).map(({ env }) => [env, url] as const),
  );
  const config = path.join(packageRoot(), file);
  return loadConfiguration(environment, { config }).settings;
}

describe('each configuration in examples/', () => {
  it.each(EXAMPLES)('%s is read without a complaint, and right by the JSON schema', (file) => {
    const settings = settingsOf(file);
    expect(settings.projects).toBeDefined();
    expect(errorsOf(parse(textOf(file)))).toEqual([]);
  });

  it.each(EXAMPLES)('%s names the JSON schema that an editor takes', (file) => {
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(textOf(file)) ?? [];
    expect(path.posix.join('examples', schema)).toBe('docs/moveout.schema.json');
  });

  it('shows every kind of tenancy, and several sources', () => {
    const all = EXAMPLES.map(settingsOf);
    const kinds = (options: readonly { shape: { by: { value: string } } }[]): readonly string[] =>
      options.map(({ shape }) => shape.by.value).sort();
    const shown = (of: readonly string[]): readonly string[] => [...new Set(of)].sort();
    expect(shown(all.map(({ tenancy }) => tenancy.users.by))).toEqual(
      kinds(userTenancySchema.options),
    );
    expect(shown(all.map(({ tenancy }) => tenancy.buckets.by))).toEqual(
      kinds(bucketTenancySchema.options),
    );
    const listed = all.flatMap(({ projects }) =>
      projects !== undefined && 'list' in projects ? projects.list : [],
    );
    expect(listed.some(({ source }) => source !== undefined)).toBe(true);
  });

  it('is listed in examples/README.md', () => {
    const text = textOf('examples/README.md');
    const files = filesBelow('examples', /\.(yaml|service)$/).map((file) =>
      path.posix.relative('examples', file),
    );
    expect(files.filter((file) => !text.includes(`](${file})`))).toEqual([]);
    expect(files.length).toBeGreaterThan(EXAMPLES.length);
  });
});

describe('a plan by an example', () => {
  let bed: Testbed;
  let project: TestProject;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    await execute(
      bed.source,
      `CREATE TABLE public.memberships AS
         SELECT raw_app_meta_data ->> 'project_ref' AS project, id AS user_id FROM auth.users
          WHERE raw_app_meta_data ->> 'project_ref' IS NOT NULL;
       CREATE TABLE public.rooms AS
         SELECT p.ref AS project, b.id AS bucket_id
           FROM storage.buckets AS b JOIN public.projects AS p ON starts_with(b.id, p.ref || '-')`,
    );
  });
  afterAll(() => bed.close());

  const OF_PROJECT = `raw_app_meta_data ->> 'project_ref' = $1`;
  const BY_INSTANCE = 'instance_id = (SELECT instance_id FROM public.projects WHERE ref = $1)';

  it.each([
    ['by-app-metadata', OF_PROJECT],
    ['by-instance-id', BY_INSTANCE],
    ['by-query', OF_PROJECT],
    ['by-table', OF_PROJECT],
  ])('%s has no problem and counts the users of the project', async (name, which) => {
    const settings = settingsOf(`examples/${name}.yaml`);
    const { backup } = bed.configured.settings;
    const { projectRef: ref, databaseName: database } = project;
    // The studio's project takes the place of the one in the example.
    const projects = { list: [{ ref, database }] };
    bed.configured.settings = {
      ...settings,
      backup,
      projects: name === 'by-query' ? settings.projects : projects,
    };
    bed.configured.urls = {
      [settings.source]: urlOf(bed.source),
      [settings.target]: urlOf('postgres'),
    };
    const plan = await planOf(bed, project);
    expect(plan.problems).toEqual([]);
    const [counted] = await query<{ n: number }>(
      bed.source,
      `SELECT count(*)::int AS n FROM auth.users WHERE ${which}`,
      [project.projectRef],
    );
    const users = plan.tables.find(({ table }) => table === 'auth.users')?.rows;
    expect(users).toBeGreaterThan(0);
    expect(users).toBe(counted?.n);
  });
});
