import { readSizes } from '../../../../activities/postgres/catalog/tables';
import { Databases, withClient } from '../schema/databases';

const databases = new Databases();
afterAll(() => databases.dropAll());

const TABLES = `
  CREATE SCHEMA auth;
  CREATE TABLE auth.empty (id int);
  CREATE TABLE auth.new (id int);
  CREATE TABLE auth.known (id int);
  CREATE TABLE auth.parts (id int) PARTITION BY RANGE (id);
  CREATE TABLE auth.parts_low PARTITION OF auth.parts FOR VALUES FROM (0) TO (10) PARTITION BY LIST (id);
  CREATE TABLE auth.parts_low_few PARTITION OF auth.parts_low FOR VALUES IN (1, 2);
  CREATE TABLE auth.parts_high PARTITION OF auth.parts FOR VALUES FROM (10) TO (20);
  INSERT INTO auth.new SELECT 1;
  INSERT INTO auth.known SELECT generate_series(1, 40);
  INSERT INTO auth.parts VALUES (1), (2), (11);
  ANALYZE auth.known`;

describe('readSizes', () => {
  it('knows the rows of analyzed tables and of empty files, and those of a table with all its partitions', async () => {
    const database = await databases.create(TABLES);
    await withClient(database, async (client) => {
      const estimated = async (): Promise<Readonly<Record<string, number | null>>> => {
        const sizes = await readSizes(client, {
          schemas: ['auth'],
          tables: [],
          withoutColumns: [],
        });
        return Object.fromEntries([...sizes].map(([name, size]) => [name, size.estimatedRows]));
      };
      const plain = { 'auth.empty': 0, 'auth.new': null, 'auth.known': 40 };
      await client.query('ANALYZE auth.parts_high');
      expect(await estimated()).toEqual({ ...plain, 'auth.parts': null });
      await client.query('ANALYZE auth.parts_low_few');
      expect(await estimated()).toEqual({ ...plain, 'auth.parts': 3 });
    });
  });
});
