import { createDatabase, execute, query, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { failing } from '../support/harness/interventions';
import { makeEmpty } from '../support/harness/targets';
import { useOwnServer } from '../support/harness/own-server';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';
import type { Variant } from '../../studio/options';
import { createStudio } from '../../studio/studio';
import { catalogLines } from './catalog-lines';
import { actualRows, expectedRows } from './project-rows';

const SIZES = { projects: 4, users: 14, buckets: 4, objects: 40 };
const REFS = ['project-003', 'project-004'] as const;
const VARIANTS: readonly Variant[] = ['ancient', 'older', 'hosted', 'newer'];

let bed: Testbed;
let endServer: () => Promise<void>;
beforeAll(async () => {
  endServer = await useOwnServer();
  bed = await openTestbed();
});
afterAll(async () => {
  await bed.close();
  await endServer();
});

describe.each(VARIANTS)('a migration out of a studio of the variant "%s"', (variant) => {
  let source: string;
  beforeAll(async () => {
    source = await useStudio(variant);
  });

  const project = (place: 0 | 1): TestProject => ({
    ...bed.nextProject(),
    projectRef: REFS[place],
  });

  it('moves exactly the rows of the project, and the schemas as they are', async () => {
    const mine = project(0);
    const before = await imageOf(source);
    const ending = await bed.run('migrateProject', mine);
    expect(ending.message).toBe('');
    expect(ending.report).toMatchObject({ outcome: 'migrated', drift: [], problems: [] });
    const target = urlOf(mine.databaseName);
    const expected = await expectedRows(urlOf(source), mine.projectRef);
    expect(await actualRows(target)).toEqual(expected);
    expect(Object.entries(expected).filter(([, { rows }]) => rows === 0)).toEqual([]);
    expect(ending.report?.tables.map(({ table }) => table).sort()).toEqual(
      Object.keys(expected).sort(),
    );
    expect(await catalogLines(target)).toEqual(await catalogLines(urlOf(source)));
    expect(await imageOf(source)).toEqual(before);
  });

  it('moves into a target that has the schemas already, whose triggers would change the rows', async () => {
    const mine = project(1);
    await execute('postgres', `CREATE DATABASE ${mine.databaseName} TEMPLATE ${source}`);
    await emptyEveryTable(mine.databaseName);
    const ending = await bed.run('migrateProject', mine);
    expect(ending.message).toBe('');
    expect(ending.report?.outcome).toBe('migrated');
    const expected = await expectedRows(urlOf(source), mine.projectRef);
    expect(await actualRows(urlOf(mine.databaseName))).toEqual(expected);
  });
});

describe.each(['older', 'newer'] as const)('a migration out of "%s" that fails', (variant) => {
  it('leaves the target as it was, the last step behind its rows done or not', async () => {
    await useStudio(variant);
    const mine = { ...bed.nextProject(), projectRef: REFS[1] };
    await makeEmpty(mine.databaseName);
    const before = await imageOf(mine.databaseName);
    const ending = await bed.run('migrateProject', mine, failing('finishSchema', 'after'));
    expect(ending.report).toMatchObject({ outcome: 'restored' });
    expect(await imageOf(mine.databaseName)).toEqual(before);
  });
});

describe('createStudio', () => {
  it('guards buckets of the newer release against life cycles that come in by themselves', async () => {
    const copying = execute(
      await useStudio('newer'),
      `INSERT INTO storage.buckets SELECT (jsonb_populate_record(b, '{"id": "x", "name": "x"}')).*
         FROM storage.buckets AS b WHERE lifecycle_configuration IS NOT NULL LIMIT 1`,
    );
    await expect(copying).rejects.toMatchObject({ code: '42501' });
  });
});

const studios = new Map<Variant, string>();

/** Makes the studio of a variant, once, the source of what is run next. */
async function useStudio(variant: Variant): Promise<string> {
  const studio = studios.get(variant) ?? (await createDatabase('source'));
  if (!studios.has(variant)) await createStudio(urlOf(studio), { ...SIZES, variant });
  studios.set(variant, studio);
  bed.configured.urls = { ...bed.configured.urls, shared: urlOf(studio) };
  return studio;
}

async function emptyEveryTable(database: string): Promise<void> {
  const tables = await query<{ names: string }>(
    database,
    `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS names FROM pg_tables
      WHERE schemaname IN ('auth', 'storage')`,
  );
  await execute(database, `TRUNCATE ${tables[0]?.names ?? ''} CASCADE`);
}
