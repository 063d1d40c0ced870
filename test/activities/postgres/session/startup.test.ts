import { connect, createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { Connections } from '../../../../activities/postgres/session/connections';
import { landing, connectionsTo } from '../../../errors/landing';
import { startPostgres } from '../../../../local/postgres';
import { sessionAt } from '../../../support/harness/session-at';
import { versionsUnderTest } from '../../../../local/postgres/versions';
import {
  createDatabase,
  dropDatabases,
  execute,
  freshName,
  urlOf,
} from '../../../support/harness/databases';

/** A pooler's refusal, as PgBouncer words it: an ErrorResponse of the protocol. */
function refusal(code: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0Munsupported startup parameter: options\0\0`;
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, Buffer.from(fields)]);
}

/** A pooler before the test server that lets nobody in who brings start-up options. */
async function strictPooler(code: string): Promise<Server> {
  const { hostname, port } = new URL(urlOf('postgres'));
  const pooler = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (startup) => {
      if (startup.includes('options\0')) return socket.end(refusal(code));
      const server = connect(Number(port), hostname);
      server.on('error', () => undefined);
      server.write(startup);
      return socket.pipe(server).pipe(socket);
    });
  });
  await once(pooler.listen(0, '127.0.0.1'), 'listening');
  return pooler;
}

async function settingsAt(url: string): Promise<unknown> {
  const shown = `SELECT current_setting('statement_timeout') AS limit, current_setting('search_path') AS path`;
  const databaseRef = { connection: 'here', access: 'read' } as const;
  const single = await connectionsTo(url).with(databaseRef, (client) => client.query(shown));
  const pooled = await connectionsTo(url).withPool(databaseRef, (pool) => pool.query(shown));
  return [single.rows[0], pooled.rows[0]];
}

const OURS = { limit: '0', path: 'pg_catalog' };

describe('how a session begins', () => {
  const roles: string[] = [];
  afterAll(async () => {
    await dropDatabases();
    for (const role of roles) await execute('postgres', `DROP ROLE ${role}`);
  });

  async function freshRole(): Promise<string> {
    const role = freshName('begin');
    roles.push(role);
    await execute('postgres', `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    return role;
  }

  it.each(['08P01', '0A000'])(
    'goes without start-up options where a pooler refuses them by %s',
    async (code) => {
      const pooler = await strictPooler(code);
      const address = pooler.address();
      const url = new URL(urlOf('postgres'));
      url.port = String(typeof address === 'object' ? address?.port : 0);
      try {
        expect(await settingsAt(url.href)).toEqual([OURS, OURS]);
      } finally {
        pooler.close();
      }
    },
  );

  it('takes the options of the URL, else of PGOPTIONS, but its own settings stay', async () => {
    const shown = `SELECT current_setting('moveout.probe', true) AS probe, current_setting('array_nulls') AS nulls`;
    const options = '-c moveout.probe=there -c array_nulls=off';
    const databaseRef = { connection: 'here', access: 'read' } as const;
    const look = (url: string): Promise<unknown> =>
      new Connections(() => url, { name: 'moveout test' }).with(
        databaseRef,
        async (client): Promise<unknown> => (await client.query(shown)).rows[0],
      );
    const ofUrl = `${urlOf('postgres')}?options=${encodeURIComponent(options)}`;
    expect(await look(ofUrl)).toEqual({ probe: 'there', nulls: 'on' });
    process.env['PGOPTIONS'] = options;
    try {
      expect(await look(urlOf('postgres'))).toEqual({ probe: 'there', nulls: 'on' });
    } finally {
      delete process.env['PGOPTIONS'];
    }
  });

  it('is refused where the role may not take a setting back with which foreign keys are not checked', async () => {
    const role = await freshRole();
    const database = await createDatabase('begin');
    await execute('postgres', `ALTER ROLE ${role} SET session_replication_role = replica`);
    const open = (access: 'read' | 'write') =>
      connectionsTo(urlOf(database, role)).with({ connection: 'here', access }, () =>
        Promise.resolve(access),
      );
    const found = await landing(open('write'));
    expect(found).toMatchObject({ code: 'ConfigInvalid', isRetried: false });
    expect(found.message).toContain(
      'the setting session_replication_role is "replica", moveout needs "origin"',
    );
    expect(found.message).toContain('RESET session_replication_role');
    expect(await open('read')).toBe('read');
  });
});

/** Only servers of these versions end a session by `transaction_timeout`. */
const NEWER = versionsUnderTest().filter((version) => Number(version) >= 17);
if (NEWER.length > 0)
  describe.each(NEWER)('a session of PostgreSQL %s', (version) => {
    it('outlives a limit of transactions that a role has', async () => {
      const server = await startPostgres({ version });
      try {
        await sessionAt(server.url, (client) =>
          client.query(`ALTER ROLE postgres SET transaction_timeout = '1ms'`),
        );
        for (let session = 0; session < 20; session += 1)
          expect(await settingsAt(server.url)).toEqual([OURS, OURS]);
      } finally {
        await server.stop();
      }
    });
  });
