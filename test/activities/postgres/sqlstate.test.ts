import { Connections } from '../../../activities/postgres/connections';
import { createDatabase, dropDatabases, execute, urlOf } from '../../support/harness/databases';

const SECRET = 'hunter2@example.org';

describe('databaseFailure', () => {
  let database: string;
  let urls: Record<string, string>;
  beforeAll(async () => {
    database = await createDatabase('sqlstate');
    await execute(
      database,
      `CREATE TABLE public.accounts (email text PRIMARY KEY, age int CHECK (age > 0), other text REFERENCES public.accounts);
       INSERT INTO public.accounts VALUES ('${SECRET}', 1);
       CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'no % here', new.email USING DETAIL = new.email, HINT = new.email; END $$;
       CREATE TABLE public.guarded (email text);
       CREATE TRIGGER refuse BEFORE INSERT ON public.guarded FOR EACH ROW EXECUTE FUNCTION public.refuse();`,
    );
  });
  beforeEach(() => {
    urls = { here: urlOf(database) };
  });
  afterAll(dropDatabases);

  const connections = (): Connections =>
    new Connections((name) => urls[name] ?? '', { name: 'test' });
  const run = (sql: string): Promise<unknown> =>
    connections().with({ connection: 'here', access: 'write' }, (client) => client.query(sql));

  it.each([
    [
      'a unique key',
      `INSERT INTO public.accounts VALUES ('${SECRET}', 1)`,
      '23505',
      'accounts_pkey',
    ],
    [
      'a check',
      `INSERT INTO public.accounts VALUES ('x${SECRET}', -1)`,
      '23514',
      'accounts_age_check',
    ],
    [
      'a foreign key',
      `INSERT INTO public.accounts VALUES ('y', 1, 'z${SECRET}')`,
      '23503',
      'accounts_other_fkey',
    ],
    ['a trigger', `INSERT INTO public.guarded VALUES ('${SECRET}')`, 'P0001', 'raised an error'],
    [
      'a value of another type',
      `INSERT INTO public.accounts VALUES ('n', '${SECRET}')`,
      '22P02',
      'not accepted',
    ],
  ])(
    'says which object refused a row, and nothing of the row: %s',
    async (...[, sql, state, says]) => {
      const error: unknown = await run(sql).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ type: 'DataRejected', nonRetryable: true });
      const text = `${String(error)} ${JSON.stringify(error)}`;
      expect(text).toContain(state);
      expect(text).toContain(says);
      expect(text).not.toContain('hunter2');
    },
  );

  it.each([
    [
      'a wrong password',
      () => urlOf(database).replace(/:[^:@]*@/, ':hunter2@'),
      'AccessDenied',
      true,
    ],
    ['a database that is not there', () => urlOf('no_such_database'), 'NotFound', true],
    [
      'a port that is closed',
      () => 'postgresql://u:hunter2@127.0.0.1:1/x',
      'ServerUnavailable',
      false,
    ],
    [
      'a host that is not there',
      () => 'postgresql://u:hunter2@host.invalid/x',
      'ServerUnavailable',
      false,
    ],
    ['a URL of another kind', () => 'mysql://u:hunter2@host/x', 'ConfigInvalid', true],
  ])('tells what to do about %s, without the password', async (...[, url, type, nonRetryable]) => {
    urls = { here: url() };
    const error: unknown = await run('SELECT 1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type, nonRetryable });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });

  it.each([
    [
      'a session that was ended',
      'SELECT pg_terminate_backend(pg_backend_pid())',
      'ServerUnavailable',
      false,
    ],
    [
      'a missing privilege',
      'SET ROLE pg_monitor; SELECT * FROM public.accounts',
      'AccessDenied',
      true,
    ],
    [
      'a deadline for a lock',
      `SELECT 1; DO $$ BEGIN RAISE lock_not_available; END $$`,
      'ServerBusy',
      false,
    ],
  ])('knows whether trying again can help: %s', async (...[, sql, type, nonRetryable]) => {
    await expect(run(sql)).rejects.toMatchObject({ type, nonRetryable });
  });

  it('lets a session that only reads write nothing', async () => {
    const write = connections().with({ connection: 'here', access: 'read' }, (client) =>
      client.query('CREATE TABLE public.x ()'),
    );
    await expect(write).rejects.toThrow(/SQLSTATE 25006/);
  });
});
