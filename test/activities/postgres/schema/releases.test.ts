import { Client } from 'pg';
import {
  compareSchemas,
  readSchema,
  type SchemaScript,
} from '../../../../activities/postgres/schema';
import {
  RELEASES,
  startPostgres,
  type Postgres,
  type PostgresRelease,
} from '../../../../local/postgres';
import { roleScripts, schemaScripts } from '../../../../studio/sql-files';
import { withPool } from '../../../support/harness/with-pool';
import { ddl } from './databases';

/** `14:18,16:16`; what is not installed is fetched, so that by default only what is installed runs. */
const PAIRS = (process.env['MOVEOUT_TEST_PAIRS'] ?? '15:15')
  .split(',')
  .map((pair) => pair.split(':').map(releaseOf))
  .map(([source = '15', target = source]) => [source, target] as const)
  .filter(([source, target]) => majorOf(source) <= majorOf(target));

function majorOf(release: PostgresRelease): number {
  return Number(release.replace('debian-', ''));
}

function releaseOf(text: string): PostgresRelease {
  const found = RELEASES.find((version) => version === text.trim());
  if (found !== undefined) return found;
  throw new Error(`MOVEOUT_TEST_PAIRS names PostgreSQL ${text}; there are ${RELEASES.join(', ')}`);
}

/** Schemas that every version understands, and what only the newest does. */
const SCHEMAS: Readonly<Record<string, readonly string[]>> = {
  'a studio': schemaScripts(),
  'texts that versions print differently': [ddl('texts.sql')],
  'an ICU collation': [
    "CREATE SCHEMA auth; CREATE COLLATION auth.icu (provider = icu, locale = 'de-DE-u-co-phonebk')",
  ],
};
const SINCE_18 = [
  `CREATE SCHEMA auth;
   CREATE TABLE auth.a (id int NOT NULL, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL, thrice int GENERATED ALWAYS AS (id * 3) STORED, n int, m int);
   ALTER TABLE auth.a ADD CONSTRAINT n_is_there NOT NULL n NOT VALID;
   ALTER TABLE auth.a ADD CONSTRAINT m_is_big CHECK (m > 5) NOT ENFORCED;`,
];

const servers = new Map<PostgresRelease, Postgres>();

beforeAll(async () => {
  for (const version of new Set(PAIRS.flat())) {
    const server = await startPostgres({ version });
    servers.set(version, server);
    await run(server.url, roleScripts());
  }
});
afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

async function run(url: string, scripts: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const script of scripts) await client.query(script);
  } finally {
    await client.end();
  }
}

let made = 0;

async function create(version: PostgresRelease, scripts: readonly string[]): Promise<string> {
  made += 1;
  const url = new URL(servers.get(version)?.url ?? '');
  const name = `made_${made}`;
  await run(url.href, [`CREATE DATABASE ${name} TEMPLATE template0`]);
  url.pathname = `/${name}`;
  await run(url.href, ['BEGIN', ...scripts, 'COMMIT']);
  return url.href;
}

async function rebuild(version: PostgresRelease, script: SchemaScript): Promise<SchemaScript> {
  const { preData, postData } = script.statements;
  const target = await create(version, [...preData, 'COMMIT', 'BEGIN', ...postData]);
  return withPool(target, readSchema);
}

describe.each(PAIRS)('from PostgreSQL %s to %s', (source, target) => {
  it.each(Object.keys(SCHEMAS))('%s is rebuilt and compares equal', async (name) => {
    const script = await withPool(await create(source, SCHEMAS[name] ?? []), readSchema);
    expect(script.problems).toEqual([]);
    const rebuilt = await rebuild(target, script);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.digest).toBe(script.digest);
  });

  it.each(Object.keys(SCHEMAS))('%s compares equal when made by the same DDL', async (name) => {
    const [one, other] = await Promise.all(
      [source, target].map(async (version) =>
        withPool(await create(version, SCHEMAS[name] ?? []), readSchema),
      ),
    );
    expect(one && other && compareSchemas(one, other)).toEqual([]);
    expect(other?.digest).toBe(one?.digest);
  });
});

// A server of that version is fetched only where one is asked for.
if (PAIRS.some(([source]) => source === '18')) describeSince18();

function describeSince18(): void {
  describe('what is there since PostgreSQL 18', () => {
    it('is rebuilt: virtual columns, NOT NULL that is not valid, checks that are not enforced', async () => {
      const source = await create('18', SINCE_18);
      const script = await withPool(source, readSchema);
      expect(script.problems).toEqual([]);
      const { preData, postData } = script.statements;
      const target = await create('18', [
        ...preData,
        'INSERT INTO auth.a (id, m) VALUES (4, 1)',
        'COMMIT',
        'BEGIN',
        ...postData,
      ]);
      expect(compareSchemas(script, await withPool(target, readSchema))).toEqual([]);
    });

    it.each([
      ['ALTER TABLE auth.a DROP twice, ADD twice int GENERATED ALWAYS AS (id * 2) STORED', 'twice'],
      ['ALTER TABLE auth.a VALIDATE CONSTRAINT n_is_there', 'auth.a.n: notNullValidated'],
      ['ALTER TABLE auth.a ALTER n DROP NOT NULL', 'auth.a.n: notNull'],
    ])('differs after %s', async (change, line) => {
      const [was, is] = await Promise.all(
        [SINCE_18, [...SINCE_18, change]].map(async (scripts) =>
          withPool(await create('18', scripts), readSchema),
        ),
      );
      expect((was && is && compareSchemas(was, is))?.join('\n')).toContain(line);
    });

    it('is named as a problem where it cannot be: NOT NULL NO INHERIT', async () => {
      const source = await create('18', [
        'CREATE SCHEMA auth; CREATE TABLE auth.a (id int NOT NULL NO INHERIT)',
      ]);
      expect((await withPool(source, readSchema)).problems).toEqual([
        'constraint a_id_not_null on auth.a NOT NULL NO INHERIT is not carried',
      ]);
    });
  });
}
