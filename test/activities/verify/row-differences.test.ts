import { chmod, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { closeScratch, keysIn, openScratch, tableOf, type Scratch } from './scratch';

const TABLES = `
  CREATE TYPE auth.level AS ENUM ('low', 'high');
  CREATE TABLE auth.people (id uuid PRIMARY KEY, name text, level auth.level, born timestamptz);
  INSERT INTO auth.people SELECT md5(n::text)::uuid, 'name ' || n, 'low', '2020-01-01'::timestamptz + n * interval '1 hour'
    FROM generate_series(1, 2000) n;
  CREATE TABLE storage.files (bucket text COLLATE "C", path text, size int8, meta jsonb, PRIMARY KEY (path, bucket));
  INSERT INTO storage.files VALUES ('b', E'a"\\\\\\n|é', 1, '{"a": 1.0}'), ('b', 'other', 2, 'null'), ('c', 'other', 2, NULL);
  CREATE TABLE auth.log (at int, what text);
  INSERT INTO auth.log VALUES (1, 'in'), (1, 'in'), (2, 'out'), (NULL, NULL);`;

const person = (n: number): string => `md5('${String(n)}')::uuid`;

describe.each(['json', 'copy'] as const)('rows apart (%s)', (format) => {
  let scratch: Scratch;
  beforeAll(async () => {
    scratch = await openScratch(TABLES, { format });
  });
  afterAll(closeScratch);

  async function apartAfter(change: string, table: string) {
    const evidence = await scratch.verify(await scratch.target(change));
    return { ...tableOf(evidence, table), differences: evidence.differences };
  }

  it('counts rows that changed, are missing and are extra, and names them in a file', async () => {
    const { apart, differences } = await apartAfter(
      `UPDATE auth.people SET name = NULL WHERE id IN (${person(1)}, ${person(2)});
       DELETE FROM auth.people WHERE id = ${person(3)};
       INSERT INTO auth.people VALUES ('ffffffff-0000-0000-0000-000000000001')`,
      'auth.people',
    );
    const keysFile = join(scratch.folder, 'differences_auth_people.json');
    expect(apart).toEqual({ changed: 2, missing: 1, extra: 1, keysFile });
    expect(differences).toEqual([
      `rows of auth.people differ: 2 changed, 1 missing, 1 extra, keys in ${keysFile}`,
    ]);
    expect(await keysIn(keysFile)).toEqual([
      { kind: 'changed', key: { id: 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' } },
      { kind: 'changed', key: { id: 'c81e728d-9d4c-2f63-6f06-7f89cc14862c' } },
      { kind: 'extra', key: { id: 'ffffffff-0000-0000-0000-000000000001' } },
      { kind: 'missing', key: { id: 'eccbc87e-4b5c-e2fe-2830-8fd9f2a7baf3' } },
    ]);
    expect((await stat(keysFile)).mode & 0o777).toBe(0o600);
  });

  it('names a row by all columns of its key, whatever they hold', async () => {
    const { apart } = await apartAfter(
      `UPDATE storage.files SET meta = NULL WHERE path = 'other'; UPDATE storage.files SET meta = '{"a": 1.00}' WHERE size = 1`,
      'storage.files',
    );
    expect(apart).toMatchObject({ changed: 2, missing: 0, extra: 0 });
    const keys = (await keysIn(apart?.keysFile)).map(({ key }) => key);
    expect(keys).toContainEqual({ bucket: 'b', path: 'a"\\\n|é' });
    expect(keys).toContainEqual({ bucket: 'b', path: 'other' });
    expect(keys).toHaveLength(2);
  });

  it('writes no more than 1,000 keys and counts all', async () => {
    const { apart } = await apartAfter(`UPDATE auth.people SET level = 'high'`, 'auth.people');
    expect(apart).toMatchObject({ changed: 2000, missing: 0, extra: 0 });
    expect(await keysIn(apart?.keysFile)).toHaveLength(1000);
  });

  it('removes the file of a table that is found equal later', async () => {
    await apartAfter(`DELETE FROM auth.people`, 'auth.people');
    expect(await readdir(scratch.folder)).toContain('differences_auth_people.json');
    const { differences } = await scratch.verify(await scratch.target());
    expect(differences).toEqual([]);
    const left = (await readdir(scratch.folder)).filter((name) => name.startsWith('differences_'));
    expect(left).toEqual([]);
  });

  it('counts rows without a primary key, however often each stands', async () => {
    const twice = await apartAfter(
      `INSERT INTO auth.log VALUES (2, 'out'), (NULL, NULL)`,
      'auth.log',
    );
    expect(twice).toMatchObject({
      apart: { changed: 0, missing: 0, extra: 2 },
      note: 'no primary key: rows are counted, not named',
    });
    expect(twice.apart?.keysFile).toBeUndefined();
    const once = await apartAfter(
      `DELETE FROM auth.log WHERE ctid = (SELECT min(ctid) FROM auth.log)`,
      'auth.log',
    );
    expect(once.apart).toEqual({ changed: 0, missing: 1, extra: 0 });
  });

  it('finds a row twice under a key that the target does not hold unique any more', async () => {
    const { apart } = await apartAfter(
      `ALTER TABLE auth.people DROP CONSTRAINT people_pkey;
       INSERT INTO auth.people SELECT * FROM auth.people WHERE id = ${person(7)};
       INSERT INTO auth.people SELECT id, 'other', level, born FROM auth.people WHERE id = ${person(8)}`,
      'auth.people',
    );
    expect(apart).toMatchObject({ changed: 0, missing: 0, extra: 2 });
    expect((await keysIn(apart?.keysFile)).map(({ kind }) => kind)).toEqual(['extra', 'extra']);
  });

  it('tells rows apart when a label of an enumeration was renamed', async () => {
    const { apart } = await apartAfter(
      `ALTER TYPE auth.level RENAME VALUE 'low' TO 'lowest'`,
      'auth.people',
    );
    expect(apart).toMatchObject({ changed: 2000, missing: 0, extra: 0 });
  });

  it('says so where a table or a column is missing', async () => {
    const evidence = await scratch.verify(
      await scratch.target('DROP TABLE auth.log; ALTER TABLE auth.people DROP COLUMN born'),
    );
    expect(tableOf(evidence, 'auth.log')).toMatchObject({
      equal: false,
      note: 'the table is missing',
    });
    expect(tableOf(evidence, 'auth.people')).toMatchObject({ note: 'missing columns: born' });
    expect(evidence.differences).toContain('rows of auth.log differ: the table is missing');
  });
});

describe('rows apart', () => {
  afterAll(closeScratch);

  it('keeps the difference when the file is damaged, and says that it is', async () => {
    const scratch = await openScratch(TABLES, { format: 'copy' });
    await truncate(join(scratch.folder, 'auth_people.copy'), 1000);
    const evidence = await scratch.verify(await scratch.target('DELETE FROM auth.people'));
    const found = tableOf(evidence, 'auth.people');
    expect(found).toMatchObject({ equal: false, targetRows: 0 });
    expect(found?.note).toMatch(/^its rows could not be compared: /);
    expect(evidence.differences[0]).toContain('rows of auth.people differ: its rows could not');
  });

  it('leaves nothing of its own in the target', async () => {
    const scratch = await openScratch(TABLES, { format: 'json' });
    const target = await scratch.target('DELETE FROM auth.people');
    await scratch.verify(target);
    await chmod(scratch.folder, 0o700);
    const { differences } = await (await openScratch(TABLES, { format: 'copy' })).verify(target);
    expect(differences.map((line) => line.replace(/:.*/, ''))).toEqual([
      'rows of auth.people differ',
    ]);
  });
});
