import { Connections } from '../../activities/postgres/session/connections';
import { urlFault } from '../../activities/postgres/session/urls';
import {
  createDatabase,
  dropDatabases,
  execute,
  freshName,
  urlOf,
} from '../support/harness/databases';
import { connectionsTo, landing, onlooking, run } from './landing';

const SECRET = 'hunter2';

function reach(url: string): Promise<unknown> {
  const facts = { shared: { from: 'MOVEOUT_SOURCE_URL' } };
  return new Connections(() => url, { name: 'moveout test', facts }).with(
    { connection: 'shared', access: 'read' },
    () => Promise.resolve(),
  );
}

describe('a URL whose password is not percent-encoded', () => {
  it.each([
    `postgresql://u:12/${SECRET}@host:5432/db`,
    `postgresql://u:${SECRET}/x@host/db`,
    `postgresql://u:1#${SECRET}@host/db`,
    `postgresql://u:1?${SECRET}@host/db`,
    `postgresql://u:p@ss/${SECRET}@host/db`,
    `postgresql://u:100%${SECRET}@host/db`,
    `postgres://u:${SECRET}%@host/db`,
  ])('is told what to write, and nothing of it is said: %#', async (url) => {
    const found = await landing(reach(url));
    expect(found).toMatchObject({ code: 'ConfigInvalid', isRetried: false });
    expect(found.message).toContain('connection "shared", its URL in MOVEOUT_SOURCE_URL,');
    expect(found.message).toContain('"/" as %2F');
    expect(found.kept).not.toContain(SECRET);
  });

  it.each([
    'postgresql://u:p%2Fw@host:5432/db',
    'postgresql://u:p@w@host/db',
    'postgresql:///db?host=/var/run/postgresql',
    'postgresql://host/db?sslmode=verify-full&sslrootcert=/home/a@b/ca.pem',
    'postgresql://host/db?user=me@there&password=x',
    'postgresql://[::1]:5432/db',
  ])('is not what a right one is taken for: %s', (url) => {
    expect(urlFault(url)).toBeUndefined();
  });
});

describe('a session that does not come about', () => {
  afterAll(dropDatabases);

  it('names host, port and variable, whatever the reason', async () => {
    const unknown = await landing(reach(`postgresql://u:${SECRET}@host.invalid:5433/x`));
    expect(unknown.message).toContain('(host.invalid:5433, URL from MOVEOUT_SOURCE_URL)');
    const closed = await landing(reach(`postgresql://u:${SECRET}@127.0.0.1:1/x`));
    expect(closed.message).toContain('(127.0.0.1:1, URL from MOVEOUT_SOURCE_URL)');
    const wrong = new URL(urlOf('postgres'));
    wrong.password = SECRET;
    const denied = await landing(reach(wrong.href));
    expect(denied).toMatchObject({ code: 'AccessDenied', isRetried: false });
    expect(denied.message).toContain(`${wrong.host}, URL from MOVEOUT_SOURCE_URL)`);
    expect(denied.message).toContain('"/" is written there as %2F');
    for (const { kept } of [unknown, closed, denied]) expect(kept).not.toContain(SECRET);
  });

  it('does not blame the URL for what PGSSLMODE says', async () => {
    process.env['PGSSLMODE'] = 'require';
    try {
      const found = await landing(reach(urlOf('postgres')));
      expect(found.code).toBe('ConfigInvalid');
      expect(found.message).toContain("PGSSLMODE in the worker's environment asks for it");
    } finally {
      delete process.env['PGSSLMODE'];
    }
    const said = await landing(reach(`${urlOf('postgres')}?sslmode=require`));
    expect(said.message).toContain('sslmode in the URL asks for it');
  });
});

describe('a login that the server refuses', () => {
  let role: string;
  let database: string;
  beforeAll(async () => {
    role = freshName('who');
    database = await createDatabase('where');
    await execute('postgres', `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  });
  afterAll(async () => {
    await dropDatabases();
    await execute('postgres', `DROP ROLE ${role}`);
  });

  it.each([
    ['a role without sessions', () => `ALTER ROLE ${role} CONNECTION LIMIT 0`, 'ServerBusy'],
    ['a database without', () => `ALTER DATABASE ${database} CONNECTION LIMIT 0`, 'ServerBusy'],
    [
      'a closed database',
      () => `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`,
      'AccessDenied',
    ],
    ['a role that may not log in', () => `ALTER ROLE ${role} NOLOGIN`, 'AccessDenied'],
    ['a password of the past', () => `ALTER ROLE ${role} VALID UNTIL '2020-01-01'`, 'AccessDenied'],
    ['no CONNECT', () => `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`, 'AccessDenied'],
  ])('comes with the statement that lets it in: %s', async (_name, hinder, code) => {
    await execute('postgres', hinder());
    const url = urlOf(database, role);
    const found = await landing(reach(url));
    const statement = /(?:ALTER|GRANT) (?:ROLE|DATABASE|CONNECT) [^;]*;/.exec(found.message)?.[0];
    await execute('postgres', statement ?? 'SELECT 1');
    expect(found.code).toBe(code);
    await expect(reach(url)).resolves.toBeUndefined();
  });
});

describe('what the server knows of a failure', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('known');
    await execute(database, 'CREATE TABLE public.t (id int)');
  });
  afterAll(dropDatabases);

  it.each([
    ['read', 'ACCESS EXCLUSIVE', 'SELECT FROM public.t'],
    ['write', 'ROW EXCLUSIVE', 'TRUNCATE public.t'],
  ] as const)('is who locks the table, where one waits to %s', async (access, mode, sql) => {
    const name = `pg_dump of ${access}`;
    const found = await onlooking(`${urlOf(database)}?application_name=${name}`, async (client) => {
      await client.query(`BEGIN; LOCK TABLE public.t IN ${mode} MODE`);
      const waiting = new Connections(() => urlOf(database), {
        name: 'moveout test',
        lockWait: '100ms',
      });
      return landing(waiting.with({ connection: 'here', access }, (session) => session.query(sql)));
    });
    expect(found.code).toBe('ServerBusy');
    expect(found.message).toMatch(
      new RegExp(
        `public\\.t is locked by session "${name}" \\(process \\d+ of the server, since \\d{4}-.* UTC\\)`,
      ),
    );
  });

  it('is where its log has what a function raised', async () => {
    const raising = `DO $$ BEGIN RAISE EXCEPTION '${SECRET}'; END $$`;
    const found = await landing(run(urlOf(database), raising));
    expect(found.message).toMatch(
      /; the log of the PostgreSQL server says more, at \d{4}-\d\d-\d\d \d\d:\d\d UTC under application_name "moveout test of errors"$/,
    );
    expect(found.kept).not.toContain(SECRET);
  });

  it('is that its limit of temporary files is reached', async () => {
    const sorting = `SET work_mem = '64kB'; SET temp_file_limit = '1MB';
      SELECT n FROM generate_series(1, 300000) AS n ORDER BY md5(n::text)`;
    const found = await landing(
      connectionsTo(urlOf(database)).with({ connection: 'here', access: 'read' }, (client) =>
        client.query(sorting),
      ),
    );
    expect(found.code).toBe('DataRejected');
    expect(found.message).toContain('temp_file_limit');
  });
});
