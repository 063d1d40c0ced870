import { queryRelated } from '../../../activities/postgres/configured-query';
import { Databases, withClient } from './schema/databases';

const databases = new Databases();
let database: string;

beforeAll(async () => {
  database = await databases.create(`
    CREATE TABLE public.projects (ref text, database text);
    INSERT INTO public.projects VALUES ('one', 'a'), ('one-more', 'b'), ('two', 'a'), ('three', 'c')`);
});
afterAll(() => databases.dropAll());

describe('queryRelated', () => {
  it.each([
    'SELECT ref, database FROM projects',
    'SELECT ref, database FROM public.projects;',
    'SELECT ref, database FROM projects; -- all of them',
    'SELECT ref, database FROM projects -- all of them',
  ])('gives those of the ref, of longer ones and of the database: %s', async (statement) => {
    const rows = await withClient(database, async (client) => {
      await client.query(`SET search_path = 'pg_catalog'`);
      return queryRelated(client, statement, { projectRef: 'one', databaseName: 'a' });
    });
    expect(rows.map(({ ref }) => ref).sort()).toEqual(['one', 'one-more', 'two']);
  });
});
