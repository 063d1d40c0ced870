import { createDatabase, dropDatabases, execute, urlOf } from '../support/harness/databases';
import { connectionsTo, landing, onlooking, run } from './landing';

let url: string;
let database: string;
let role: string;

beforeAll(async () => {
  database = await createDatabase('lasting');
  url = urlOf(database);
  role = `clerk_${database}`;
  await execute(
    database,
    `CREATE TABLE public.t (id int PRIMARY KEY, n int);
     CREATE TABLE public.child (id int REFERENCES public.t);
     CREATE TABLE public.secrets (id int); ALTER TABLE public.secrets ENABLE ROW LEVEL SECURITY;
     CREATE FUNCTION public.audit() RETURNS int LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO public.t VALUES (1); RETURN 1; END $$;
     CREATE FUNCTION public.deeper(n int) RETURNS int LANGUAGE plpgsql AS
       $$ BEGIN RETURN public.deeper(n + 1); END $$;
     CREATE ROLE ${role} LOGIN PASSWORD '${role}'; GRANT SELECT ON public.secrets TO ${role};`,
  );
});
afterAll(async () => {
  await dropDatabases();
  await execute('postgres', `DROP ROLE ${role}`);
});

/** What the landing of a condition that lasts looks like. */
function lasts(code: string, ...says: readonly string[]): object {
  const message: unknown = expect.stringMatching(
    new RegExp(says.map((words) => words.replace(/[[\]."()$]/g, String.raw`\$&`)).join('.*')),
  );
  return { code, isRetried: false, message };
}

describe('databaseFailure, of what lasts', () => {
  it.each([
    ['a revoked privilege', 'SELECT * FROM public.t', 'AccessDenied', '42501', 'for table t'],
    [
      'rows behind policies',
      'SET row_security = off; SELECT * FROM public.secrets',
      'AccessDenied',
      '42501',
      'policy for table "secrets"',
    ],
    ['a database not to be created', 'CREATE DATABASE x', 'AccessDenied', '42501', 'database'],
  ])(
    'names the object of a privilege that is missing: %s',
    async (...[, sql, code, state, object]) => {
      const landed = await landing(run(urlOf(database, role), sql));
      expect(landed).toMatchObject(lasts(code, object, `[SQLSTATE ${state}]`));
    },
  );

  it.each([
    ['a table', 'SELECT * FROM auth.gone', 'DataRejected', '42P01', 'relation "auth.gone"'],
    ['a column', 'SELECT gone FROM public.t', 'DataRejected', '42703', 'column "gone"'],
    ['a schema', 'CREATE TABLE gone.t ()', 'DataRejected', '3F000', 'schema "gone"'],
    ['a role', 'GRANT SELECT ON public.t TO gone', 'DataRejected', '42704', 'role "gone"'],
    ['an extension', 'CREATE EXTENSION gone', 'DataRejected', '0A000', 'extension "gone"'],
    ['a table that is there', 'CREATE TABLE public.t ()', 'DataRejected', '42P07', 'relation "t"'],
    ['dependents', 'DROP TABLE public.t', 'DataRejected', '2BP01', 'table public.t'],
    [
      'a library',
      `CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '$libdir/gone', 'f'`,
      'NotFound',
      '58P01',
      '"$libdir/gone"',
    ],
  ])(
    'names the object of a statement that was refused: %s',
    async (...[, sql, code, state, object]) => {
      expect(await landing(run(url, sql))).toMatchObject(
        lasts(code, object, `[SQLSTATE ${state}]`),
      );
    },
  );

  it.each([
    [
      'a limit that is set',
      'SET temp_file_limit = 64; SELECT n FROM generate_series(1, 1000000) AS s (n) ORDER BY -n OFFSET 999999',
      '53400',
    ],
    ['a program limit', 'SELECT public.deeper(1)', '54001'],
    ['a syntax', 'SELECT FROM WHERE', '42601'],
  ])('does not try again what PostgreSQL cannot do: %s', async (...[, sql, state]) => {
    expect(await landing(run(url, sql))).toMatchObject(
      lasts('DataRejected', `[SQLSTATE ${state}]`),
    );
  });

  it('lets a session that only reads write nothing, and its functions neither', async () => {
    const statement = await landing(run(url, 'CREATE TABLE public.x ()', 'read'));
    expect(statement.message).toContain('[SQLSTATE 25006]');
    const inside = await landing(run(url, 'SELECT public.audit()', 'read'));
    expect(inside).toMatchObject(lasts('DataRejected', 'tries to write', '[SQLSTATE 25006]'));
  });

  it('does not wait for a database that was dropped, is closed, or never was', async () => {
    const other = await createDatabase('dropped');
    const dropped = connectionsTo(urlOf(other)).with(
      { connection: 'here', access: 'write' },
      async (client) => {
        const asked = client.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
        await onlooking(url, (onlooker) => onlooker.query(`DROP DATABASE ${other} WITH (FORCE)`));
        throw await asked;
      },
    );
    // FORCE ends the sessions first: to them it looks like any other end.
    expect(await landing(dropped)).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
    expect(await landing(run(urlOf(other), 'SELECT 1'))).toMatchObject(
      lasts('NotFound', `database "${other}" does not exist`, '[SQLSTATE 3D000]'),
    );
    const closed = await createDatabase('closed');
    await execute(database, `ALTER DATABASE ${closed} ALLOW_CONNECTIONS false`);
    const landed = await landing(run(urlOf(closed), 'SELECT 1'));
    expect(landed).toMatchObject(
      lasts('AccessDenied', 'accepts no connections', '[SQLSTATE 55000]'),
    );
  });

  it('does not try a login again that was refused', async () => {
    const wrong = new URL(urlOf(database, role));
    wrong.password = 'hunter2';
    const password = await landing(run(wrong.href, 'SELECT 1'));
    expect(password).toMatchObject(
      lasts('AccessDenied', 'refused the password', '[SQLSTATE 28P01]'),
    );
    expect(password.kept).not.toContain('hunter2');
    await execute(database, `ALTER ROLE ${role} NOLOGIN`);
    const login = await landing(run(urlOf(database, role), 'SELECT 1'));
    expect(login).toMatchObject(
      lasts('AccessDenied', 'not permitted to log in', '[SQLSTATE 28000]'),
    );
    wrong.password = '';
    expect(await landing(run(wrong.href, 'SELECT 1'))).toMatchObject(
      lasts('AccessDenied', 'has none'),
    );
  });

  it('says of a SQLSTATE that no rule names the state and nothing else', async () => {
    const raised = `DO $$ BEGIN RAISE 'hunter2' USING ERRCODE = 'ZZ999'; END $$`;
    const landed = await landing(run(url, raised));
    expect(landed).toMatchObject(lasts('Unexpected', 'no rule names [SQLSTATE ZZ999]'));
    expect(landed.kept).not.toContain('hunter2');
  });
});
