import {
  compareDatabaseFacts,
  databaseSettingsSql,
  readDatabaseFacts,
} from '../../../../activities/postgres/schema';
import type { DatabaseFacts } from '../../../../activities/postgres/schema';
import { Databases, run, withClient } from './databases';

const databases = new Databases();

afterAll(() => databases.dropAll());

const FACTS: DatabaseFacts = {
  encoding: 'UTF8',
  collate: 'C.UTF-8',
  ctype: 'C.UTF-8',
  localeProvider: 'libc',
  grants: [],
  roles: [],
  settings: [],
};

describe('databaseSettingsSql', () => {
  it('sets each so that it reads as recorded, lists and quotes too, and no custom one', async () => {
    const [source, target] = [await databases.create(), await databases.create()];
    await run(
      source,
      `ALTER DATABASE ${source} SET search_path = "$user", "odd ""schema", public;
       ALTER DATABASE ${source} SET application_name = 'it''s \\ one, two';
       ALTER DATABASE ${source} SET "app.secret" = 'x'; ALTER DATABASE ${source} SET work_mem = '5MB';
       ALTER DATABASE ${source} SET temp_tablespaces = ''; ALTER DATABASE ${source} SET "TimeZone" = 'Europe/Berlin'`,
    );
    const facts = await withClient(source, readDatabaseFacts);
    const statements = databaseSettingsSql(target, facts);
    expect(statements).toHaveLength(5);
    await run(target, statements.join(';'));
    const arrived = await withClient(target, readDatabaseFacts);
    expect(arrived.settings).toEqual(facts.settings.filter(({ name }) => name !== 'app.secret'));
    const shown = await withClient(target, async (client) => {
      const { rows } = await client.query<{ path: string }>('SELECT current_setting($1) AS path', [
        'search_path',
      ]);
      return rows;
    });
    expect(shown).toEqual([{ path: '"$user", "odd ""schema", public' }]);
    expect(compareDatabaseFacts(facts, arrived)).toEqual([
      'database: setting app.secret is missing',
    ]);
  });

  it('keeps an empty search_path empty', () => {
    const settings = [{ name: 'search_path', value: '""' }];
    expect(databaseSettingsSql('a', { settings })).toEqual([
      `ALTER DATABASE "a" SET "search_path" TO ''`,
    ]);
  });
});

describe('compareDatabaseFacts', () => {
  const recorded: DatabaseFacts = {
    ...FACTS,
    grants: ['GRANT CONNECT ON DATABASE {database} TO "anon"'],
    settings: [{ name: 'work_mem', value: '4MB' }, { name: 'app.secret' }],
  };

  it('finds nothing between equals, however the encoding of a locale is spelled', () => {
    expect(compareDatabaseFacts(recorded, recorded)).toEqual([]);
    expect(compareDatabaseFacts(recorded, { ...recorded, collate: 'C.utf8' })).toEqual([]);
  });

  it.each<[change: Partial<DatabaseFacts>, lines: readonly string[]]>([
    [{ encoding: 'LATIN1' }, ['database: encoding is "LATIN1", was "UTF8"']],
    [{ collate: 'de_DE.utf8' }, ['database: collate is "de_DE.utf8", was "C.utf8"']],
    [{ ctype: 'C' }, ['database: ctype is "C", was "C.utf8"']],
    [
      { localeProvider: 'icu', locale: 'en' },
      ['database: locale provider is "icu", was "libc"', 'database: locale is "en", was not set'],
    ],
    [{ icuRules: '&a<b' }, ['database: ICU rules is "&a<b", was not set']],
    [
      { grants: ['GRANT CREATE ON DATABASE {database} TO "anon"'] },
      [
        'database: grant is missing: GRANT CONNECT ON DATABASE {database} TO "anon"',
        'database: grant is extra: GRANT CREATE ON DATABASE {database} TO "anon"',
      ],
    ],
    [
      { settings: [{ name: 'work_mem', value: '5MB' }, { name: 'app.other' }] },
      [
        'database: setting app.other is extra',
        'database: setting app.secret is missing',
        'database: setting work_mem is "5MB", was "4MB"',
      ],
    ],
  ])('finds %j', (change, lines) => {
    expect(compareDatabaseFacts(recorded, { ...recorded, ...change })).toEqual(lines);
  });
});
