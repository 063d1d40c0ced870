import { execute, freshName, query, urlOf } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { roleScripts, schemaScripts } from '../../studio/sql-files';

/** Encodings, and words of the languages that they were made for. */
const ENCODINGS: readonly (readonly [string, string])[] = [
  ['LATIN1', 'André ÿ \\ "é"'],
  ['WIN1252', 'Œuvre – “é”'],
  ['LATIN9', '€ œ'],
  ['KOI8R', 'Привет'],
  ['EUC_JP', '日本語のファイル'],
];

const REF = 'project-abc';

/** Rows of one project, with a word in text, in JSON, and in a key. */
function fill(word: string): string {
  const metadata = JSON.stringify({ name: word });
  return `
    INSERT INTO auth.users (id, email, raw_app_meta_data, raw_user_meta_data)
    SELECT gen_random_uuid(), 'user' || n || '@example.org', '{"project_ref":"${REF}"}', '${metadata}'
      FROM generate_series(1, 5) AS n;
    INSERT INTO storage.buckets (id, name) VALUES ('${REF}-files', '${REF}-files');
    INSERT INTO storage.objects (bucket_id, name) SELECT '${REF}-files', '${word} ' || n FROM generate_series(1, 5) AS n`;
}

describe('a source in another encoding than UTF-8', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  async function makeSource(encoding: string, word: string): Promise<string> {
    const source = freshName('encoded');
    await execute(
      'postgres',
      `CREATE DATABASE ${source} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    for (const script of [...roleScripts(), ...schemaScripts()]) await execute(source, script);
    await execute(source, fill(word));
    bed.configured.urls = { ...bed.configured.urls, shared: urlOf(source) };
    return source;
  }

  const request = (databaseName: string) => ({
    ...{ projectRef: REF, databaseName, ownerUserId: 'user-1' },
  });

  /** As a client sees the words, whatever the database's encoding. */
  function words(database: string): Promise<readonly object[]> {
    return query(
      database,
      `SELECT name FROM storage.objects
        UNION ALL SELECT raw_user_meta_data::text FROM auth.users ORDER BY 1`,
    );
  }

  it.each(ENCODINGS)('moves to the byte, in %s', async (encoding, word) => {
    const source = await makeSource(encoding, word);
    const target = freshName('target');
    const ending = await bed.run('migrateProject', request(target));
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    expect(await words(target)).toEqual(await words(source));
    const [found] = await query<{ encoding: string }>(target, 'SHOW server_encoding');
    expect(Object.values(found ?? {})).toEqual([encoding]);
  });

  async function createIn(encoding: string): Promise<string> {
    const target = freshName('target');
    await execute(
      'postgres',
      `CREATE DATABASE ${target} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    return target;
  }

  it('moves into a database in UTF-8 that is there', async () => {
    const source = await makeSource('LATIN1', 'André');
    const target = await createIn('UTF8');
    const ending = await bed.run('migrateProject', request(target));
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    expect(await words(target)).toEqual(await words(source));
  });

  it.each([
    [
      'UTF8',
      'LATIN1',
      /encoding is LATIN1, which may not have all characters of the source's UTF8/,
    ],
    [
      'LATIN1',
      'EUC_JP',
      /encoding is EUC_JP, which may not have all characters of the source's LATIN1/,
    ],
  ])('is refused from %s into a database in %s, by name', async (from, to, message) => {
    await makeSource(from, 'André');
    const { problems } = await planOf(bed, request(await createIn(to)));
    expect(problems.map(({ code }) => code)).toEqual(['encoding']);
    expect(problems[0]?.message).toMatch(message);
  });

  it('is refused if nothing says what its bytes are, with the way out', async () => {
    const source = await makeSource('SQL_ASCII', 'plain');
    await execute(
      source,
      `UPDATE storage.objects SET name = convert_from('\\xe9', 'SQL_ASCII') WHERE name LIKE '% 1'`,
    );
    const { problems } = await planOf(bed, request(freshName('target')));
    expect(problems.map(({ code }) => code)).toEqual(['encoding']);
    expect(problems[0]?.message).toMatch(/SQL_ASCII.*ENCODING 'UTF8'/);
  });
});
