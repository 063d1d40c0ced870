import { Client as PgClient } from 'pg';
import type { Client } from '../../../../activities/postgres/session/database-client';
import { Connections } from '../../../../activities/postgres/session/connections';
import type { DatabaseRef } from '../../../../activities/postgres/session/database-ref';
import { IDLE_NAME, SessionPool } from '../../../../activities/postgres/session/pool';
import { Databases, run, urlOf, withClient } from '../schema/databases';

const databases = new Databases();
const pool = new SessionPool();
let database: string;

beforeAll(async () => {
  database = await databases.create('CREATE TABLE public.things (id int)');
});
afterAll(async () => {
  await pool.closeAll();
  await databases.dropAll();
});

function connections(name: string, signal?: AbortSignal): Connections {
  return new Connections((connection) => urlOf(connection), { name, pool, signal });
}

/** The connection is called as its database is. */
function databaseRef(
  access: DatabaseRef['access'] = 'read',
  kept?: DatabaseRef['reuse'],
): DatabaseRef {
  return { connection: database, access, reuse: kept };
}

interface Seen {
  readonly pid: number;
  readonly name: string;
  readonly readonly: string;
}

function look(as: string, where = databaseRef()): Promise<Seen> {
  return connections(as).with(where, async (client) => {
    const { rows } = await client.query<Seen>(
      `SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name,
              current_setting('default_transaction_read_only') AS readonly`,
    );
    return rows[0] ?? { pid: 0, name: '', readonly: '' };
  });
}

/** How many of the server's processes are still there. */
async function alive(pids: readonly number[]): Promise<number | null> {
  const left = await withClient('postgres', (client) =>
    client.query('SELECT FROM pg_stat_activity WHERE pid = ANY ($1)', [pids]),
  );
  return left.rowCount;
}

describe('SessionPool', () => {
  it('gives a session that only reads to the next attempt, under its own name', async () => {
    const first = await look('moveout one');
    const second = await look('moveout two');
    expect(second).toEqual({ pid: first.pid, name: 'moveout two', readonly: 'on' });
  });

  it('pins and names sessions by functions of PostgreSQL, whatever stands in the path', async () => {
    const planted = await databases.create(`
      CREATE TABLE public.called (by text);
      CREATE FUNCTION public.num_nonnulls(VARIADIC text[]) RETURNS int LANGUAGE sql AS
        $$ INSERT INTO public.called VALUES ('num_nonnulls') RETURNING 1 $$`);
    const where = { ...databaseRef('write', true), connection: planted };
    for (const name of ['moveout one', 'moveout two'])
      expect(await look(name, where)).toMatchObject({ name, readonly: 'off' });
    const { rows } = await withClient(planted, (client) =>
      client.query('SELECT by FROM public.called'),
    );
    expect(rows).toEqual([]);
  });

  it('keeps one that may write only where it is asked to', async () => {
    const reading = await look('moveout one');
    const writing = await look('moveout two', databaseRef('write'));
    const kept = await look('moveout three', databaseRef('write', true));
    const again = await look('moveout four', databaseRef('read', true));
    expect(writing.pid).not.toBe(reading.pid);
    expect(kept.pid).not.toBe(writing.pid);
    expect(again).toEqual({ pid: kept.pid, name: 'moveout four', readonly: 'on' });
  });

  it('guards one that may write each time, under its new name', async () => {
    const names: string[] = [];
    const guard = async (client: Client): Promise<void> => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT current_setting('application_name') AS name`,
      );
      names.push(rows[0]?.name ?? '');
      if (names.length === 2) throw new Error('another attempt has taken over');
    };
    const open = (name: string): Promise<number> =>
      connections(name)
        .guarded(guard)
        .with(databaseRef('write', true), () => Promise.resolve(1));
    await open('moveout one');
    await expect(open('moveout two')).rejects.toThrow('another attempt has taken over');
    expect(names).toEqual(['moveout one', 'moveout two']);
  });

  it('keeps one in a database for maintenance, but never in template1 nor if it was spoilt', async () => {
    const anyBut = (...names: string[]): DatabaseRef => ({
      ...{ connection: database, anyBut: names, access: 'write', reuse: true },
    });
    const again = async (where: DatabaseRef): Promise<boolean> =>
      (await look('moveout one', where)).pid === (await look('moveout two', where)).pid;
    expect(await again(anyBut())).toBe(true);
    expect(await again(anyBut('postgres', database))).toBe(false);
    expect(await again({ ...anyBut(), reuse: false })).toBe(false);
    expect(await again({ connection: database, anyBut: ['postgres'], access: 'read' })).toBe(true);
  });

  it('closes what is kept of a place', async () => {
    const kept = await look('moveout one', databaseRef('write', true));
    await connections('moveout two').closeKept(databaseRef());
    expect((await look('moveout three', databaseRef('write', true))).pid).not.toBe(kept.pid);
  });

  it('closes all that is kept, and then what is still given', async () => {
    const own = new SessionPool();
    const pids: number[] = [];
    const open = (use: () => Promise<void>): Promise<void> =>
      new Connections((connection) => urlOf(connection), { name: 'moveout one', pool: own }).with(
        databaseRef(),
        async (client) => {
          const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          pids.push(rows[0]?.pid ?? 0);
          await use();
        },
      );
    await open(() => open(() => Promise.resolve()));
    expect(own.waiting).toBe(2);
    await open(() => own.closeAll());
    expect([own.waiting, pids.length]).toEqual([0, 3]);
    expect(await alive(pids)).toBe(0);
  });

  it('closes a session that is being cleaned while all are closed', async () => {
    const own = new SessionPool();
    const client = new PgClient({ connectionString: urlOf(database) });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const giving = own.give('here', client);
    await own.closeAll();
    expect([own.waiting, await alive(rows.map(({ pid }) => pid))]).toEqual([0, 0]);
    await giving;
    expect(own.waiting).toBe(0);
  });

  it('gives idle sessions up where a role, or a database, may have no more', async () => {
    const role = `limited_${database}`;
    const other = await databases.create('CREATE TABLE public.things (id int)');
    await run('postgres', `CREATE ROLE ${role} LOGIN CONNECTION LIMIT 2 PASSWORD '${role}'`);
    const own = new SessionPool();
    const as = (connection: string): string => {
      const url = new URL(urlOf(connection));
      [url.username, url.password] = [role, role];
      return url.href;
    };
    const limited = new Connections(as, { name: 'moveout one', pool: own });
    const at = (connection: string): DatabaseRef => ({ connection, access: 'read' });
    const one = (connection: string, use = () => Promise.resolve()): Promise<void> =>
      limited.with(at(connection), use);
    try {
      await one(database, () => one(database));
      expect(own.waiting).toBe(2);
      await one(other, () => one('postgres'));
      expect(own.waiting).toBe(2);
      await limited.withPool(at(database), (libraryPool) => libraryPool.query('SELECT 1'));
      await expect(one(other, () => one(other, () => one(other)))).rejects.toMatchObject({
        type: 'ServerBusy',
      });
    } finally {
      await own.closeAll();
      await run('postgres', `DROP ROLE ${role}`);
    }
  });

  it('keeps no more than thirty, and of those that wait longest the first goes', async () => {
    const own = new SessionPool();
    const opened = new Connections((connection) => urlOf(connection), {
      name: 'moveout',
      pool: own,
    });
    const open = (count: number): Promise<number> =>
      count === 0
        ? Promise.resolve(0)
        : opened.with(databaseRef(), () => open(count - 1).then((more) => more + 1));
    expect(await open(33)).toBe(33);
    const waiting = own.waiting;
    await own.closeAll();
    expect([waiting, own.waiting]).toEqual([30, 0]);
  });

  it('leaves nothing of an attempt in it: settings, locks, temporary tables, transactions', async () => {
    const before = await connections('moveout one').with(databaseRef(), async (client) => {
      await client.query(`SET default_transaction_read_only = off`);
      await client.query(`SET work_mem = '1MB'; SELECT pg_advisory_lock(41)`);
      await client.query('CREATE TEMP TABLE things (id int)');
      await client.query('BEGIN; LISTEN something');
      return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    });
    const after = await connections('moveout two').with(databaseRef(), async (client) => {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT pg_backend_pid() AS pid, current_setting('default_transaction_read_only') AS readonly,
                current_setting('work_mem') AS memory, to_regclass('pg_temp.things') AS things,
                (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks,
                (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
                now() = statement_timestamp() AS alone`,
      );
      return rows[0];
    });
    expect(after).toEqual({
      ...{ pid: before, readonly: 'on', memory: '64MB', things: null },
      ...{ locks: 0, channels: 0, alone: true },
    });
  });

  it('has the role of its connection again', async () => {
    const url = `${urlOf(database)}?options=-c%20role%3Dpg_monitor`;
    const roleOf = (name: string): Promise<string | undefined> =>
      new Connections(() => url, { name, pool }).with(databaseRef(), async (client) => {
        const { rows } = await client.query<{ role: string }>('SELECT current_user::text AS role');
        await client.query('SET ROLE none');
        return rows[0]?.role;
      });
    expect([await roleOf('moveout one'), await roleOf('moveout two')]).toEqual([
      'pg_monitor',
      'pg_monitor',
    ]);
  });

  it('calls an idle session as no attempt is called', async () => {
    const { pid } = await look('moveout 0123456789ab planMigration#1 project-abc');
    const name = await connections('moveout one').with(
      databaseRef('read', false),
      async (client) => {
        const { rows } = await client.query<{ name: string }>(
          'SELECT application_name AS name FROM pg_stat_activity WHERE pid = $1',
          [pid],
        );
        return rows[0]?.name;
      },
    );
    expect(name).toBe(IDLE_NAME);
  });

  it('opens another one where the idle one was ended', async () => {
    const { pid } = await look('moveout one');
    await run('postgres', `SELECT pg_terminate_backend(${String(pid)}, 5000)`);
    const after = await look('moveout two');
    expect(after.pid).not.toBe(pid);
    expect(after.name).toBe('moveout two');
  });

  it('keeps none that failed, and none of an attempt that was cancelled', async () => {
    const failed = await look('moveout one');
    await expect(
      connections('moveout two').with(databaseRef(), (client) => client.query('SELECT 1 / 0')),
    ).rejects.toThrow();
    const cancelling = new AbortController();
    const afterFailure = await look('moveout three');
    expect(afterFailure.pid).not.toBe(failed.pid);
    await connections('moveout four', cancelling.signal)
      .with(databaseRef(), () => {
        cancelling.abort();
        return Promise.resolve();
      })
      .catch(() => undefined);
    expect((await look('moveout five')).pid).not.toBe(afterFailure.pid);
  });
});
