import { from as copyFrom } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDatabase, dropDatabases, execute, urlOf } from '../support/harness/databases';
import { CANARY, connectionsTo, landing, run } from './landing';

let url: string;

beforeAll(async () => {
  const database = await createDatabase('canaries');
  url = urlOf(database);
  await execute(
    database,
    `CREATE DOMAIN public.address AS text CHECK (value LIKE '%@%');
     CREATE TABLE public.accounts (
       email text PRIMARY KEY, age int CHECK (age > 0), other text REFERENCES public.accounts,
       home public.address, span int4range, EXCLUDE USING gist (span WITH &&));
     INSERT INTO public.accounts VALUES ('${CANARY}', 1, NULL, NULL, '[1,5)');
     CREATE TABLE public.kinds (kind regclass, at timestamptz NOT NULL, flag boolean);
     CREATE TABLE public.loose (email text); INSERT INTO public.loose VALUES ('${CANARY}'), ('${CANARY}');
     CREATE FUNCTION public.dynamic(name text) RETURNS void LANGUAGE plpgsql AS
       $$ BEGIN EXECUTE 'SELECT * FROM public.' || quote_ident(name); END $$;
     CREATE FUNCTION public.raise(state text) RETURNS void LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'no ${CANARY} here' USING ERRCODE = state, DETAIL = '${CANARY}',
            HINT = '${CANARY}', SCHEMA = '${CANARY}', TABLE = '${CANARY}', COLUMN = '${CANARY}',
            CONSTRAINT = '${CANARY}', DATATYPE = '${CANARY}'; END $$;`,
  );
});
afterAll(dropDatabases);

const insert = (values: string): string => `INSERT INTO public.accounts VALUES (${values})`;

describe('databaseFailure, of what a row is in', () => {
  it.each([
    ['a unique key', insert(`'${CANARY}', 1`), '23505', 'accounts_pkey'],
    ['a check', insert(`'x${CANARY}', -1`), '23514', 'accounts_age_check'],
    ['a foreign key', insert(`'y', 1, 'z${CANARY}'`), '23503', 'accounts_other_fkey'],
    ['an exclusion', insert(`'z', 1, NULL, NULL, '[2,3)'`), '23P01', 'accounts_span_excl'],
    ['a domain', insert(`'${CANARY}2', 1, NULL, 'hunter2'`), '23514', 'address'],
    ['a column', `INSERT INTO public.kinds (flag) VALUES (true)`, '23502', 'kinds.at'],
    [
      'a unique index',
      'CREATE UNIQUE INDEX loose_email ON public.loose (email)',
      '23505',
      'loose_email',
    ],
  ])('names what was violated, and nothing of the row: %s', async (...[, sql, state, object]) => {
    const landed = await landing(run(url, sql));
    expect(landed).toMatchObject({ code: 'DataRejected', isRetried: false });
    expect(landed.message).toContain(`[SQLSTATE ${state}]`);
    expect(landed.message).toContain(object);
    expect(landed.kept).not.toContain('hunter2');
  });

  it.each([
    ['another type', insert(`'n', '${CANARY}'`), '22P02'],
    ['a time', `INSERT INTO public.kinds (at) VALUES ('${CANARY}')`, '22007'],
    ['a cast', `SELECT email::int FROM public.accounts`, '22P02'],
    ['a JSON path', `SELECT '"${CANARY}'::json`, '22P02'],
    ['a syntax', `SELECT '${CANARY}' '${CANARY}'`, '42601'],
    ['a name', `SELECT "${CANARY}"() FROM "${'x'.repeat(3)}" hunter2 hunter2`, '42601'],
    ['a function', `SELECT public.dynamic('${CANARY}')`, '42P01'],
  ])('says nothing of a value that was not accepted: %s', async (...[, sql, state]) => {
    const landed = await landing(run(url, sql));
    expect(landed).toMatchObject({ code: 'DataRejected', isRetried: false });
    expect(landed.message).toContain(`[SQLSTATE ${state}]`);
    expect(landed.kept).not.toContain('hunter2');
  });

  it.each([
    'P0001',
    '42501',
    '42P01',
    '23505',
    '53100',
    '3D000',
    '57014',
    '22P02',
    '25006',
    '0A000',
  ])('says nothing of what a function raises, whatever it passes it off as: %s', async (state) => {
    const landed = await landing(run(url, `SELECT public.raise('${state}')`));
    expect(landed.message).toContain(`[SQLSTATE ${state}]`);
    expect(landed.kept).not.toContain('hunter2');
  });

  it.each([
    ['22P02', `x\t${CANARY}\n`],
    ['22P04', `${CANARY}\n`],
    ['23505', `${CANARY}\t1\n`],
    ['22021', `x${CANARY}\xff\t1\n`],
  ])('says nothing of a line of COPY: %s', async (state, line) => {
    const databaseRef = { connection: 'here', access: 'write' } as const;
    const landed = await landing(
      connectionsTo(url).with(databaseRef, (client) =>
        pipeline(
          Readable.from([Buffer.from(line, 'latin1')]),
          client.query(copyFrom('COPY public.accounts (email, age) FROM STDIN')),
        ),
      ),
    );
    expect(landed.message).toContain(`[SQLSTATE ${state}]`);
    expect(landed.kept).not.toContain('hunter2');
  });
});
