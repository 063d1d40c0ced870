import { once } from 'node:events';
import type { Client } from 'pg';
import { createDatabase, dropDatabases, execute, query, urlOf } from '../support/harness/databases';
import { connectionsTo, landing, onlooking, run } from './landing';
import { until } from '../support/until';

let url: string;
let database: string;

beforeAll(async () => {
  database = await createDatabase('passing');
  url = urlOf(database);
  await execute(
    database,
    'CREATE TABLE public.t (id int PRIMARY KEY, n int NOT NULL); INSERT INTO public.t VALUES (1, 0), (2, 0);',
  );
});
afterAll(dropDatabases);

/** Two write sessions, of which the first has begun with a statement before the second is heard. */
function crossing(
  begun: string,
  cross: (first: Client, second: Client) => Promise<unknown>,
): Promise<unknown> {
  const databaseRef = { connection: 'here', access: 'write' } as const;
  return connectionsTo(url).with(databaseRef, async (first) => {
    await first.query(begun);
    return connectionsTo(url).with(databaseRef, (second) => cross(first, second));
  });
}

const isWaiting = (statement: string): Promise<boolean> =>
  query('postgres', `SELECT FROM pg_stat_activity WHERE query = $1 AND wait_event_type = 'Lock'`, [
    statement,
  ]).then((rows) => rows.length > 0);

/** What the landing of a condition that passes looks like. */
function passes(code: string, state: string): object {
  const message: unknown = expect.stringContaining(`[SQLSTATE ${state}]`);
  return { code, isRetried: true, message };
}

describe('databaseFailure, of what passes by itself', () => {
  it('lets a deadlock be tried again', async () => {
    const dead = crossing(
      'BEGIN; UPDATE public.t SET n = 1 WHERE id = 1',
      async (first, second) => {
        await second.query('BEGIN; UPDATE public.t SET n = 1 WHERE id = 2');
        return Promise.all([
          first.query('UPDATE public.t SET n = 1 WHERE id = 2'),
          second.query('UPDATE public.t SET n = 1 WHERE id = 1'),
        ]);
      },
    );
    expect(await landing(dead)).toMatchObject(passes('ServerBusy', '40P01'));
  });

  it('lets a serialization failure be tried again', async () => {
    const begun = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM public.t';
    const crossed = crossing(begun, async (first, second) => {
      await second.query('UPDATE public.t SET n = n + 1');
      return first.query('UPDATE public.t SET n = n + 1');
    });
    expect(await landing(crossed)).toMatchObject(passes('ServerBusy', '40001'));
  });

  it('retries after a lock timeout and after NOWAIT', async () => {
    const begun = 'BEGIN; LOCK TABLE public.t';
    const timed = crossing(begun, (_first, second) =>
      second.query(`SET lock_timeout = '10ms'; SELECT * FROM public.t`),
    );
    expect(await landing(timed)).toMatchObject(passes('ServerBusy', '55P03'));
    const refused = crossing(begun, (_first, second) =>
      second.query('BEGIN; LOCK TABLE public.t NOWAIT'),
    );
    expect(await landing(refused)).toMatchObject(passes('ServerBusy', '55P03'));
  });

  it.each([
    ['GRANT SELECT ON public.t TO pg_monitor', 'XX000'],
    ['CREATE TYPE public.same AS ENUM ()', '23505'],
  ])('lets a race for an entry of the catalog be tried again: %s', async (statement, state) => {
    const raced = crossing(`BEGIN; ${statement}`, async (first, second) => {
      const late = second.query(statement).catch((error: unknown) => error);
      await until('the second waits', () => isWaiting(statement));
      await first.query('COMMIT');
      throw await late;
    });
    expect(await landing(raced)).toMatchObject(passes('ServerBusy', state));
  });

  it('lets a cancelled statement be tried again, whoever cancelled it', async () => {
    const timed = run(url, `SET statement_timeout = '10ms'; SELECT pg_sleep(60)`);
    expect(await landing(timed)).toMatchObject(passes('ServerBusy', '57014'));
    const cancelled = run(url, 'SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)');
    expect(await landing(cancelled)).toMatchObject(passes('ServerBusy', '57014'));
  });

  it('lets a session that was ended be tried again, asleep or at work', async () => {
    const own = run(url, 'SELECT pg_terminate_backend(pg_backend_pid())');
    expect(await landing(own)).toMatchObject(passes('ServerUnavailable', '57P01'));
    const databaseRef = { connection: 'here', access: 'write' } as const;
    const asleep = connectionsTo(url).with(databaseRef, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const pid = rows[0]?.pid;
      await onlooking(url, (onlooker) =>
        onlooker.query('SELECT pg_terminate_backend($1, 10000)', [pid]),
      );
      await client.query('SELECT 1');
    });
    expect(await landing(asleep)).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
    const idle = connectionsTo(url).with(databaseRef, async (client) => {
      const ended = once(client, 'end');
      await client.query(`SET idle_session_timeout = '1ms'`);
      await ended;
      await client.query('SELECT 1');
    });
    expect(await landing(idle)).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
  });

  it('lets too many connections be tried again: of a role, and of a database', async () => {
    const role = `crowded_${database}`;
    await execute(database, `CREATE ROLE ${role} LOGIN PASSWORD '${role}' CONNECTION LIMIT 0`);
    const ofRole = await landing(run(urlOf(database, role), 'SELECT 1'));
    await execute(
      database,
      `ALTER ROLE ${role} CONNECTION LIMIT -1; ALTER DATABASE ${database} CONNECTION LIMIT 0`,
    );
    const ofDatabase = await landing(run(urlOf(database, role), 'SELECT 1'));
    await execute(database, `ALTER DATABASE ${database} CONNECTION LIMIT -1; DROP ROLE ${role}`);
    expect(ofRole).toMatchObject(passes('ServerBusy', '53300'));
    expect(ofRole.message).toContain(`too many connections for role "${role}"`);
    expect(ofDatabase).toMatchObject(passes('ServerBusy', '53300'));
  });

  it('lets an object in use be tried again', async () => {
    const other = await createDatabase('occupied');
    const drop = onlooking(urlOf(other), () => run(url, `DROP DATABASE ${other}`));
    const landed = await landing(drop);
    expect(landed).toMatchObject(passes('ServerBusy', '55006'));
    expect(landed.message).toContain(other);
  });

  it('lets a snapshot be taken again whose session is gone', async () => {
    const exported = onlooking(url, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
      return rows[0]?.id ?? '';
    });
    const gone = run(
      url,
      `BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '${await exported}'`,
    );
    expect(await landing(gone)).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
  });
});
