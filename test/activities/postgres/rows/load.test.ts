import { Readable } from 'node:stream';
import type { Client } from '../../../../activities/postgres/session/database-client';
import { replaceRows } from '../../../../activities/postgres/rows/load';
import { logsParameters } from '../../../../activities/postgres/rows/load';
import { ArrayToLines } from '../../../../activities/disk/backup/json-array';
import type { Content } from '../../../../workflows/domain/manifest';
import { Databases, withClient } from '../schema/databases';

const databases = new Databases();
let database: string;

beforeAll(async () => {
  database = await databases.create(
    'CREATE TABLE public.things (id int PRIMARY KEY, value jsonb, big numeric, words text[])',
  );
});
afterAll(() => databases.dropAll());

const ROWS = [
  `{"id":1,"value":null,"big":12345678901234567890.12345678901234567890}`,
  `{"id":2,"value":{"a":"\\u00e9","b":[1,{"c":null}]},"words":["x","y, z",null]}`,
  `{"id":3}`,
];
const FILE = Buffer.from(`[\n${ROWS.join(',\n')}\n]\n`);
const CONTENT: Content = {
  ...{ table: 'public.things', file: 'public_things.json', bytes: FILE.length, sha256: '' },
  ...{ rows: ROWS.length, digest: '0', encoding: 'json' },
  columns: [
    { name: 'id', type: 'integer', read: 'as-is' },
    { name: 'value', type: 'jsonb', read: 'as-is' },
    { name: 'big', type: 'numeric', read: 'as-is' },
    { name: 'words', type: 'text[]', read: 'as-is' },
  ],
};

/** Loads the file in a session with such settings; tells what arrived, and what went as a parameter. */
async function load(
  settings: string,
  content = CONTENT,
): Promise<{ readonly rows: unknown; readonly parameters: number }> {
  return withClient(database, async (client) => {
    await client.query(settings);
    await client.query('BEGIN');
    const spy = jest.spyOn(client, 'query');
    await replaceRows(client, {
      contents: [content],
      open: () => [Readable.from([FILE]), new ArrayToLines()],
      whole: () => Promise.resolve(FILE),
      loaded: () => undefined,
    });
    const parameters = spy.mock.calls.flat(2).filter((one) => Buffer.isBuffer(one)).length;
    const found = await client.query(
      `SELECT id, value::text, value IS NULL AS "isNull", big::text, words FROM public.things ORDER BY id`,
    );
    await client.query('ROLLBACK');
    return { rows: found.rows, parameters };
  });
}

const ARRIVED = [
  {
    id: 1,
    value: 'null',
    isNull: false,
    big: '12345678901234567890.12345678901234567890',
    words: null,
  },
  {
    ...{ id: 2, value: '{"a": "é", "b": [1, {"c": null}]}', isNull: false },
    ...{ big: null, words: ['x', 'y, z', null] },
  },
  { id: 3, value: null, isNull: true, big: null, words: null },
];

describe('replaceRows', () => {
  it('loads a small JSON file whole, as one parameter', async () => {
    expect(await load('SELECT 1')).toEqual({ rows: ARRIVED, parameters: 1 });
  });

  it('loads the same rows by COPY where the server would log the parameter', async () => {
    expect(await load(`SET log_statement = 'all'`)).toEqual({ rows: ARRIVED, parameters: 0 });
  });

  it('loads a large file by COPY', async () => {
    const large = { ...CONTENT, bytes: 2_000_000 };
    expect(await load('SELECT 1', large)).toEqual({ rows: ARRIVED, parameters: 0 });
  });

  it('fails where fewer rows are in the file than the manifest says', async () => {
    await expect(load('SELECT 1', { ...CONTENT, rows: 4 })).rejects.toMatchObject({
      type: 'BackupDamaged',
    });
  });
});

describe('logsParameters', () => {
  const told = (settings: string): Promise<boolean> =>
    withClient(database, async (client: Client) => {
      await client.query(settings);
      return logsParameters(client);
    });

  it.each([
    ['as a server is made', 'SELECT 1', false],
    ['all statements', `SET log_statement = 'all'`, true],
    ['statements that change rows', `SET log_statement = 'mod'`, true],
    ['definitions only', `SET log_statement = 'ddl'`, false],
    ['slow statements', `SET log_min_duration_statement = '1h'`, true],
    ['a sample of slow ones', `SET log_min_duration_sample = 0`, true],
    ['a sample of transactions', `SET log_transaction_sample_rate = 0.01`, true],
    [
      'statements without parameters',
      `SET log_statement = 'all'; SET log_parameter_max_length = 0`,
      false,
    ],
    ['parameters of errors', `SET log_parameter_max_length_on_error = -1`, true],
    ['what pgaudit logs', `SET pgaudit.log_parameter = on`, true],
    ['slow plans', `SET auto_explain.log_min_duration = 0`, true],
  ])('%s', async (_, settings, expected) => {
    expect(await told(settings)).toBe(expected);
  });
});
