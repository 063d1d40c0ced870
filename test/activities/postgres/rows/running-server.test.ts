import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startPostgres, type Postgres } from '../../../../local/postgres';
import { sessionAt } from '../../../support/harness/session-at';
import { until } from '../../../support/until';
import { judge, record, TABLES } from './versioned-source';

const UNCHANGED = { unchanged: ['auth.sessions', 'auth.users'], drifted: [] };
const UNPROVED = { unchanged: [], drifted: [] };

const pidRow = z.object({ pid: z.number() });
const lsnRow = z.object({ lsn: z.string() });

describe('row versions of a server', () => {
  let home: string;
  let server: Postgres;
  let standby: Postgres | undefined;
  const url = (): string => server.url;
  const standbyUrl = (): string => standby?.url ?? '';

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'moveout-versions-'));
    // The server's own account goes through it.
    await chmod(home, 0o755);
    server = await startPostgres({ dataDir: join(home, 'server') });
    await sessionAt(url(), (client) => client.query(TABLES));
  });
  afterAll(async () => {
    await standby?.stop();
    await server.stop();
    await rm(home, { recursive: true });
  });

  async function restarted(): Promise<void> {
    await server.stop();
    server = await startPostgres({ dataDir: join(home, 'server') });
  }

  it('that has run on prove that nothing changed', async () => {
    expect(await judge(url, await record(url))).toEqual(UNCHANGED);
  });

  it('that was started again prove nothing: it may have been restored', async () => {
    const recorded = await record(url);
    await restarted();
    expect(await judge(url, recorded)).toEqual(UNPROVED);
    expect(await judge(url, await record(url))).toEqual(UNCHANGED);
  });

  it('that crashed prove nothing: what was committed last may be gone', async () => {
    const recorded = await record(url);
    await sessionAt(url(), async (client) => {
      const lost = new Promise((resolve) => client.once('end', resolve));
      const { pid } = pidRow.parse((await client.query('SELECT pg_backend_pid() AS pid')).rows[0]);
      process.kill(pid, 'SIGKILL');
      await lost;
    });
    await until('the server has recovered', () =>
      sessionAt(url(), () => Promise.resolve(true)).catch(() => false),
    );
    expect(await judge(url, recorded)).toEqual(UNPROVED);
  });

  describe('that is a standby', () => {
    beforeAll(async () => {
      await server.stop();
      const [from, to] = [join(home, 'server'), join(home, 'standby')];
      // All files stay those of the server's own account.
      await promisify(execFile)('cp', ['-a', from, to]);
      server = await startPostgres({ dataDir: from });
      const { port, username, password } = new URL(server.url);
      await writeFile(join(to, 'data', 'standby.signal'), '');
      await appendFile(
        join(to, 'data', 'postgresql.auto.conf'),
        `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
      );
      standby = await startPostgres({ dataDir: to });
    });

    /** Waits until the standby has replayed what the primary has written so far. */
    async function caughtUp(): Promise<void> {
      const { rows } = await sessionAt(url(), (client) =>
        client.query('SELECT pg_current_wal_insert_lsn()::text AS lsn'),
      );
      const { lsn } = lsnRow.parse(rows[0]);
      await until('the standby has caught up', async () => {
        const found = await sessionAt(standbyUrl(), (client) =>
          client.query('SELECT WHERE pg_last_wal_replay_lsn() >= $1::pg_lsn', [lsn]),
        );
        return found.rowCount === 1;
      });
    }

    it('prove that nothing changed, and leave what changed to the fingerprint', async () => {
      await caughtUp();
      const recorded = await record(standbyUrl);
      expect(await judge(standbyUrl, recorded)).toEqual(UNCHANGED);
      await sessionAt(url(), (client) =>
        client.query(`UPDATE auth.users SET name = 'x' WHERE id = 3`),
      );
      await caughtUp();
      const verdict = await judge(standbyUrl, recorded);
      expect(verdict).toEqual({ unchanged: ['auth.sessions'], drifted: ['auth.users'] });
    });

    it('find what a transaction wrote that was open at the snapshot, in many subtransactions', async () => {
      await sessionAt(url(), async (writer) => {
        await writer.query('BEGIN');
        for (let i = 0; i < 80; i += 1)
          await writer.query(`SAVEPOINT s; INSERT INTO auth.log VALUES (60, 'x')`);
        await writer.query(`UPDATE auth.sessions SET note = 'x' WHERE id = 3`);
        await sessionAt(url(), (client) =>
          client.query(`UPDATE auth.users SET name = 'x' WHERE id = 60`),
        );
        await caughtUp();
        const recorded = await record(standbyUrl);
        expect((await judge(standbyUrl, recorded)).drifted).toEqual([]);
        await writer.query('COMMIT');
        await caughtUp();
        expect(await judge(standbyUrl, recorded)).toEqual({
          unchanged: ['auth.users'],
          drifted: ['auth.sessions'],
        });
      });
    });

    it('prove nothing of a backup that was made from the primary: the standby may be behind', async () => {
      await caughtUp();
      expect(await judge(standbyUrl, await record(url))).toEqual(UNPROVED);
    });
  });
});
