import { catalogDigest, compareSchemas } from '../../../../activities/postgres/schema';
import type { SchemaScript } from '../../../../activities/postgres/schema';
import { readServiceFacts } from '../../../../activities/postgres/schema/service-facts';
import { readDatabaseFacts } from '../../../../activities/postgres/schema/database';
import { withPool } from '../../../support/harness/with-pool';
import { apply, createRoles, Databases, ddl, read, urlOf, withClient } from './databases';

const databases = new Databases();

/** Objects of every kind that has options, without any. */
const PLAIN = `${ddl('small-studio.sql')};
  CREATE TABLE auth.t (id int CONSTRAINT t_key PRIMARY KEY, a text, b text);
  CREATE INDEX i ON auth.t (lower(a), b) INCLUDE (id) WHERE b <> 'WITH (x=1)';
  CREATE VIEW auth.v AS SELECT a FROM auth.t;
  CREATE MATERIALIZED VIEW auth.m AS SELECT a FROM auth.t;
  CREATE TYPE auth.pair AS (x int, y text);
  CREATE FUNCTION auth.f() RETURNS int LANGUAGE sql SET work_mem = '4MB' AS 'SELECT 1';`;

/** Options that people set, each with the object under which the comparison names it. */
const SET: readonly (readonly [string, string])[] = [
  ['ALTER TABLE auth.t SET (fillfactor = 70)', 'table auth.t'],
  ['ALTER TABLE auth.t SET (autovacuum_vacuum_insert_threshold = 7)', 'table auth.t'],
  ['ALTER TABLE auth.t SET (toast.autovacuum_enabled = off)', 'table auth.t'],
  ['ALTER TABLE auth.t ALTER a SET (n_distinct_inherited = 5)', 'column auth.t.a'],
  ['ALTER INDEX auth.i SET (fillfactor = 70)', 'index auth.i'],
  ['ALTER INDEX auth.i SET (deduplicate_items = off)', 'index auth.i'],
  ['ALTER INDEX auth.i ALTER COLUMN 1 SET STATISTICS 7', 'index auth.i'],
  ['ALTER INDEX auth.t_key SET (fillfactor = 70)', 'constraint t_key on auth.t'],
  ['ALTER VIEW auth.v SET (security_barrier = on)', 'view auth.v'],
  ['ALTER MATERIALIZED VIEW auth.m SET (fillfactor = 70)', 'materialized view auth.m'],
  ['ALTER MATERIALIZED VIEW auth.m ALTER a SET (n_distinct = 5)', 'materialized view auth.m'],
  ['ALTER MATERIALIZED VIEW auth.m ALTER a SET STATISTICS 7', 'materialized view auth.m'],
  ['ALTER FUNCTION auth.f() SET enable_sort = off', 'function auth.f()'],
];

let template: string;
let plain: SchemaScript;
beforeAll(async () => {
  await createRoles();
  template = await databases.create(PLAIN);
  plain = await read(template);
});
afterAll(() => databases.dropAll());

describe('options that people set', () => {
  it.each(SET)('are seen and carried: %s', async (change, object) => {
    const after = await read(await databases.create(`${change};`, template));
    const differences = compareSchemas(plain, after);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toContain(object);
    const target = await databases.create();
    await apply(target, after.statements);
    expect(compareSchemas(after, await read(target))).toEqual([]);
    expect(after.passedOver).toEqual([]);
  });
});

/** What a release of PostgreSQL might keep beside what people set, of every object that has options. */
const INTERNAL = `
  UPDATE pg_attribute SET attoptions = '{pg_attver=22145592}' WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'm', 'v', 'c'));
  UPDATE pg_attribute SET attoptions = '{attgen=1,n_distinct=5,pg_attver=3}' WHERE attrelid = 'auth.t'::regclass AND attname = 'a';
  UPDATE pg_class SET reloptions = '{rel_rev=9}' WHERE oid IN ('auth.t'::regclass, 'auth.v'::regclass, 'auth.i'::regclass, 'auth.t_key'::regclass);
  UPDATE pg_class SET reloptions = '{rel_rev=9}' WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE oid = 'auth.t'::regclass);
  UPDATE pg_class SET reloptions = '{rel_rev=7,fillfactor=70}' WHERE oid = 'auth.m'::regclass;
  UPDATE pg_proc SET proconfig = proconfig || '{fn_rev=3}' WHERE proname = 'f';
  INSERT INTO pg_db_role_setting SELECT oid, 0, '{db_rev=4,work_mem=5MB}' FROM pg_database WHERE datname = current_database();`;
const ALIKE = `
  ALTER TABLE auth.t ALTER a SET (n_distinct = 5);
  ALTER MATERIALIZED VIEW auth.m SET (fillfactor = 70);`;

describe('facts that PostgreSQL keeps for itself', () => {
  it('are neither carried nor compared, whatever their names, and those not known are named', async () => {
    const [clean, marked] = [
      await databases.create(ALIKE, template),
      await databases.create(INTERNAL, template),
    ];
    const [without, withThem] = [await read(clean), await read(marked)];
    expect(compareSchemas(without, withThem)).toEqual([]);
    expect(withThem.digest).toBe(without.digest);
    expect(await withPool(urlOf(marked), catalogDigest)).toBe(
      await withPool(urlOf(clean), catalogDigest),
    );
    const target = await databases.create();
    await apply(target, withThem.statements);
    expect(compareSchemas(withThem, await read(target))).toEqual([]);
    expect(withThem.passedOver.map(({ object }) => object)).toEqual([
      'option attgen of auth.t.a',
      'option rel_rev of auth.i and 4 more',
    ]);
  });

  it('are no settings of the database', async () => {
    const marked = await databases.create(INTERNAL, template);
    const { settings } = await withClient(marked, readDatabaseFacts);
    expect(settings).toEqual([{ name: 'work_mem', value: '5MB' }]);
  });

  it('are no settings of a role', async () => {
    const settings = await withClient(await databases.create(), async (client) => {
      await client.query(`BEGIN; CREATE ROLE "with own options"; SET LOCAL allow_system_table_mods = on;
        INSERT INTO pg_db_role_setting SELECT 0, oid, '{role_rev=4,work_mem=5MB}' FROM pg_roles WHERE rolname = 'with own options'`);
      const { roles } = await readServiceFacts(client, ['with own options']);
      await client.query('ROLLBACK');
      return roles.find(({ name }) => name === 'with own options')?.settings;
    });
    expect(settings).toEqual([{ name: 'work_mem', value: '5MB' }]);
  });

  it('compare equal in what an earlier moveout has recorded with them', async () => {
    const script = await read(await databases.create(ALIKE, template));
    const recorded = withOwnOptions(script.snapshot);
    expect(recorded).not.toBe(script.snapshot);
    expect(compareSchemas(recorded, script)).toEqual([]);
    expect(compareSchemas(script, recorded)).toEqual([]);
  });

  it('do not hide what was set by a person', async () => {
    const [one, other] = [
      await read(await databases.create(INTERNAL, template)),
      await read(
        await databases.create(
          `${ALIKE} ALTER TABLE auth.t ALTER a SET (n_distinct = 6);`,
          template,
        ),
      ),
    ];
    expect(compareSchemas(one, other)).toEqual([
      'column auth.t.a: options is "n_distinct=6", was "n_distinct=5"',
    ]);
  });
});

/** The snapshot as it was recorded by a moveout that took every option for one that people set. */
function withOwnOptions(snapshot: string): string {
  return snapshot
    .replace('"options":"n_distinct=5"', '"options":"pg_attver=22145592, n_distinct=5"')
    .replace(
      /("column auth\.t\.b":{"in":"table auth\.t","is":{)/,
      '$1"options":"pg_attver=22145592",',
    )
    .replace(
      '"reloptions":"[\\"fillfactor=70\\"]"',
      '"reloptions":"[\\"fillfactor=70\\",\\"rel_rev=7\\"]"',
    )
    .replace(' INCLUDE (id) WHERE', " INCLUDE (id) WITH (rel_rev='9') WHERE");
}
