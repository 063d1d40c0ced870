import {
  createDatabaseSql,
  createRolesSql,
  databaseGrantsSql,
  missingRoles,
  parseDatabaseFacts,
  readDatabaseFacts,
  schemaObjectsOutsideThatDependOn,
} from '../../../../activities/postgres/schema';
import type { DatabaseFacts } from '../../../../activities/postgres/schema';
import { createRoles, Databases, ddl, run, withClient } from './databases';

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

describe('readDatabaseFacts', () => {
  it('records what makes a database with the same encoding, locale and grants', async () => {
    const source = await databases.create();
    await run(
      'postgres',
      `GRANT CONNECT, CREATE ON DATABASE ${source} TO anon; GRANT TEMPORARY ON DATABASE ${source} TO service_role WITH GRANT OPTION;
       REVOKE CONNECT ON DATABASE ${source} FROM PUBLIC; ALTER DATABASE ${source} SET statement_timeout = '8s';
       ALTER DATABASE ${source} SET "app.settings.jwt_secret" = 'for the backup only'`,
    );
    const facts = await withClient(source, readDatabaseFacts);
    expect(facts).toMatchObject({ encoding: 'UTF8', localeProvider: 'libc' });
    expect(facts.roles).toEqual(['anon', 'service_role']);
    expect(parseDatabaseFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
    expect(facts.settings).toEqual([
      { name: 'app.settings.jwt_secret', value: 'for the backup only' },
      { name: 'statement_timeout', value: '8s' },
    ]);

    const name = `${source}_"copy`;
    await withClient('postgres', async (client) => {
      await client.query(createDatabaseSql(name, facts, 150000));
      try {
        for (const grant of databaseGrantsSql(name, facts)) await client.query(grant);
      } finally {
        await client.query(`ALTER DATABASE "${name.replace('"', '""')}" RENAME TO ${source}_copy`);
      }
    });
    databases.adopt(`${source}_copy`);
    const { settings, ...copied } = await withClient(`${source}_copy`, readDatabaseFacts);
    expect(settings).toEqual([]);
    expect({ ...copied, settings: facts.settings }).toEqual(facts);
  });
});

describe('createDatabaseSql', () => {
  it('names the provider as each version wants it', () => {
    expect(createDatabaseSql('a', FACTS, 140012)).toBe(
      `CREATE DATABASE "a" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`,
    );
    expect(
      createDatabaseSql(
        'a',
        { ...FACTS, localeProvider: 'icu', locale: 'en-US', icuRules: '&a<b' },
        160000,
      ),
    ).toMatch(/LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ICU_RULES '&a<b'$/);
    expect(
      createDatabaseSql('a', { ...FACTS, localeProvider: 'builtin', locale: 'C.UTF-8' }, 170000),
    ).toMatch(/LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'$/);
  });

  it('refuses a provider that the server does not have', () => {
    expect(() => createDatabaseSql('a', { ...FACTS, localeProvider: 'builtin' }, 150018)).toThrow(
      'the locale provider builtin needs PostgreSQL 17, the target server is 15',
    );
  });
});

describe('createRolesSql', () => {
  it('creates roles that cannot log in', async () => {
    const name = 'odd "role; with spaces';
    const created = await withClient('postgres', async (client) => {
      await client.query('BEGIN');
      for (const sql of createRolesSql([name])) await client.query(sql);
      const { rows } = await client.query<Record<string, unknown>>(
        'SELECT rolcanlogin, rolsuper, rolpassword FROM pg_authid WHERE rolname = $1',
        [name],
      );
      await client.query('ROLLBACK');
      return rows;
    });
    expect(created).toEqual([{ rolcanlogin: false, rolsuper: false, rolpassword: null }]);
  });
});

describe('parseDatabaseFacts', () => {
  it('says what is wrong with facts that it cannot read', () => {
    expect(() => parseDatabaseFacts({ ...FACTS, localeProvider: 'else' })).toThrow(
      'localeProvider',
    );
  });
});

describe('missingRoles', () => {
  it('names the roles that the server lacks', async () => {
    const found = await withClient('postgres', (client) =>
      missingRoles(client, ['nobody "here', 'anon', 'a_gone', 'a_gone']),
    );
    expect(found).toEqual(['a_gone', 'nobody "here']);
  });
});

describe('schemaObjectsOutsideThatDependOn', () => {
  it('names what a DROP SCHEMA … CASCADE would take from other schemas', async () => {
    const database = await databases.create(`${ddl('small-studio.sql')}; ${ddl('neighbours.sql')}`);
    const outside = await withClient(database, (client) =>
      schemaObjectsOutsideThatDependOn(client, ['auth', 'storage']),
    );
    const named = new Set(outside.map(({ kind, object }) => `${kind}: ${object}`));
    expect([...named]).toEqual([
      'default value: for public.audit.kind',
      'foreign key: profiles_id_fkey on public.profiles',
      'function: public.kind_of(auth.factor_type)',
      'function: public.newest()',
      'policy: mine on public.profiles',
      'publication relation: auth.users in publication changes',
      'table column: public.audit.kind',
      'trigger: profile_touched on public.profiles',
      'view: public.people',
    ]);
    expect(outside).toContainEqual({
      kind: 'view',
      object: 'public.people',
      dependsOn: 'table auth.users',
    });
  });

  it('finds nothing where nothing reaches in', async () => {
    const database = await databases.create(ddl('small-studio.sql'));
    const outside = await withClient(database, (client) =>
      schemaObjectsOutsideThatDependOn(client, ['auth', 'storage']),
    );
    expect(outside).toEqual([]);
  });
});
