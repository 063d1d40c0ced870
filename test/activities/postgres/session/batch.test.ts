import type { Client } from '../../../../activities/postgres/session/database-client';
import { runBatch } from '../../../../activities/postgres/session/batch';
import { Databases, withClient } from '../schema/databases';

const databases = new Databases();
let database: string;

beforeAll(async () => {
  database = await databases.create('CREATE TABLE public.things (id int)');
});
afterAll(() => databases.dropAll());

/** Counts the messages that leave a session. */
async function counting<T>(
  use: (client: Client) => Promise<T>,
): Promise<{ readonly got: T; readonly messages: number }> {
  return withClient(database, async (client) => {
    const spy = jest.spyOn(client, 'query');
    const got = await use(client);
    return { got, messages: spy.mock.calls.length };
  });
}

describe('runTogether', () => {
  it('sends nothing where there is nothing to be asked', async () => {
    expect(await counting((client) => runBatch(client, []))).toEqual({ got: [], messages: 0 });
  });

  it.each([1, 2, 5])(
    'gives the results of %i statements in their order, in one message',
    async (n) => {
      const statements = Array.from(
        { length: n },
        (_, i) => `SELECT ${String(i)} AS n -- a comment`,
      );
      const { got, messages } = await counting((client) => runBatch(client, statements));
      expect(got.map(({ rows }): unknown => rows)).toEqual(statements.map((_, i) => [{ n: i }]));
      expect(messages).toBe(1);
    },
  );

  it('makes several messages of statements that are long together', async () => {
    const long = `SELECT length('${'x'.repeat(150_000)}') AS n`;
    const { got, messages } = await counting((client) =>
      runBatch(client, [long, long, 'SELECT 1 AS n', long]),
    );
    expect(got.map(({ rows }): unknown => rows)).toEqual([
      ...[[{ n: 150_000 }], [{ n: 150_000 }], [{ n: 1 }], [{ n: 150_000 }]],
    ]);
    expect(messages).toBe(3);
  });

  it('refuses a statement that holds two, which would shift the results of the others', async () => {
    await withClient(database, async (client) => {
      await expect(
        runBatch(client, ['SELECT 1 AS n; SELECT 2 AS n', 'SELECT 3 AS n']),
      ).rejects.toMatchObject({ type: 'Unexpected' });
    });
  });

  it('runs nothing behind the statement that fails', async () => {
    await withClient(database, async (client) => {
      await client.query('BEGIN');
      await expect(
        runBatch(client, [
          'INSERT INTO public.things VALUES (1)',
          'SELECT 1 / 0',
          'INSERT INTO public.things VALUES (2)',
        ]),
      ).rejects.toMatchObject({ code: '22012' });
      await client.query('ROLLBACK');
      const { rows } = await client.query('SELECT count(*)::int AS n FROM public.things');
      expect(rows).toEqual([{ n: 0 }]);
    });
  });
});
