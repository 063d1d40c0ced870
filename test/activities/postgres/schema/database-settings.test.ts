import {
  carriedFacts,
  compareDatabaseFacts,
  readDatabaseFacts,
  settingSql,
  shownSettingSql,
} from '../../../../activities/postgres/schema';
import { applySettings } from '../../../../activities/postgres/database-settings';
import type { DatabaseFacts } from '../../../../activities/postgres/schema';
import { createRoles, Databases, run, withClient } from './databases';

const databases = new Databases();

beforeAll(createRoles);
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

describe('applySettings', () => {
  const SECRET = 'a "secret" of two\nlines, with\ta tab and a \\ in it';

  it('sets each so that it reads as recorded: lists, quotes, custom ones, those of one role', async () => {
    const [source, target] = [await databases.create(), await databases.create()];
    await run(
      source,
      `ALTER DATABASE ${source} SET search_path = "$user", "odd ""schema", public;
       ALTER DATABASE ${source} SET application_name = 'it''s \\ one, two';
       ALTER DATABASE ${source} SET "app.settings.jwt_secret" = '${SECRET}'; ALTER DATABASE ${source} SET work_mem = '5MB';
       ALTER DATABASE ${source} SET "plpgsql.check_asserts" = 'off'; ALTER DATABASE ${source} SET "pgrst.db_schemas" = '';
       ALTER ROLE anon IN DATABASE ${source} SET "app.settings.jwt_secret" = 'of anon';
       ALTER DATABASE ${source} SET temp_tablespaces = ''; ALTER DATABASE ${source} SET "TimeZone" = 'Europe/Berlin'`,
    );
    const facts = await withClient(source, readDatabaseFacts);
    expect(facts.settings).toHaveLength(9);
    await apply(target, facts.settings);
    const arrived = await withClient(target, readDatabaseFacts);
    expect(compareDatabaseFacts(facts, arrived)).toEqual([]);
    expect(arrived.settings).toEqual(facts.settings);
    const shown = await withClient(target, async (client) => {
      const { rows } = await client.query<{ path: string; secret: string }>(
        `SELECT current_setting('search_path') AS path, current_setting('app.settings.jwt_secret') AS secret`,
      );
      return rows;
    });
    expect(shown).toEqual([{ path: '"$user", "odd ""schema", public', secret: SECRET }]);
  });

  it('brings no value of a custom setting into what the server logs, whatever it logs', async () => {
    const target = await databases.create();
    const logged = await withClient(target, async (client) => {
      const said: string[] = [];
      client.on('notice', (notice) => said.push(JSON.stringify(notice)));
      await client.query(
        `SET client_min_messages = log; SET log_statement = 'all'; SET log_min_duration_statement = 0`,
      );
      await client.query('BEGIN');
      await applySettings(client, target, [{ name: 'app.settings.jwt_secret', value: 'canary' }]);
      await client.query('COMMIT');
      return said.join('\n');
    });
    expect(logged).toContain('ALTER DATABASE');
    expect(logged).not.toContain('canary');
  });

  it('keeps an empty search_path empty', () => {
    expect(settingSql('a', { name: 'search_path', value: '""' })).toBe(
      `ALTER DATABASE "a" SET "search_path" TO ''`,
    );
  });

  async function apply(database: string, settings: DatabaseFacts['settings']): Promise<void> {
    await withClient(database, async (client) => {
      await client.query('BEGIN');
      await applySettings(client, database, settings);
      await client.query('COMMIT');
    });
  }
});

describe('carriedFacts', () => {
  it.each(['on', 'true', 'YES', 't', 'y', '1'])(
    'leaves out what freezes a source (%s)',
    (value) => {
      const kept = [
        { name: 'default_transaction_read_only', value: 'off' },
        { name: 'default_transaction_isolation', value: 'serializable' },
        { name: 'idle_session_timeout', value: '5min' },
      ];
      const settings = [
        { name: 'default_transaction_read_only', value },
        { name: 'default_transaction_read_only', value, role: 'anon' },
        { name: 'work_mem', value: '5MB', role: 'anon' },
        ...kept,
      ];
      expect(
        carriedFacts({ ...FACTS, settings }, [{ name: 'work_mem', role: 'anon' }]).settings,
      ).toEqual(kept);
    },
  );
});

describe('shownSettingSql', () => {
  it('never shows the value of a custom setting', () => {
    expect(shownSettingSql('a', { name: 'app.x', value: 'canary', role: 'anon' })).toBe(
      `ALTER ROLE "anon" IN DATABASE "a" SET "app.x" TO '<its value in the source>'`,
    );
    expect(shownSettingSql('a', { name: 'work_mem', value: '5MB' })).toBe(
      `ALTER DATABASE "a" SET "work_mem" TO '5MB'`,
    );
  });
});

describe('compareDatabaseFacts', () => {
  const recorded: DatabaseFacts = {
    ...FACTS,
    grants: ['GRANT CONNECT ON DATABASE {database} TO "anon"'],
    settings: [
      { name: 'work_mem', value: '4MB' },
      { name: 'app.secret', value: 'a' },
    ],
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
      {
        settings: [
          { name: 'work_mem', value: '4MB' },
          { name: 'app.secret', value: 'canary' },
        ],
      },
      ['database: setting app.secret has another value (not shown: it may be a secret)'],
    ],
    [
      {
        settings: [
          { name: 'work_mem', value: '5MB' },
          { name: 'app.other', value: 'a' },
        ],
      },
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
