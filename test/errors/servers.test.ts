import { startPostgres } from '../../local/postgres';
import { transaction } from '../../activities/postgres/session/transaction';
import { asStandby, makeCluster, type Cluster } from './bare-server';
import { connectionsTo, landing, onlooking, run } from './landing';
import { until } from '../support/until';

const databaseRef = { connection: 'here', access: 'write' } as const;
const isUnavailable = { code: 'ServerUnavailable', isRetried: true };

describe('databaseFailure, of servers that come and go', () => {
  it('waits for a server that shuts down, and for one that is down', async () => {
    const server = await startPostgres();
    const leaving = await onlooking(server.url, async () => {
      // SIGTERM: a "smart" shutdown, which lets the sessions that are there finish.
      process.kill(server.pid, 'SIGTERM');
      await until('nobody gets in', () =>
        onlooking(server.url, () => Promise.resolve(false)).catch(() => true),
      );
      return landing(run(server.url, 'SELECT 1'));
    });
    expect(leaving).toMatchObject(isUnavailable);
    expect(leaving.message).toContain('shutting down or in recovery [SQLSTATE 57P03]');
    await server.stop();
    const down = await landing(run(server.url, 'SELECT 1'));
    expect(down).toMatchObject(isUnavailable);
    expect(down.message).toContain(`ECONNREFUSED at 127.0.0.1:${String(server.port)}`);
  });

  it('waits for a server that crashes under a statement', async () => {
    const server = await startPostgres();
    const crashed = connectionsTo(server.url).with(databaseRef, async (client) => {
      const asked = client.query('SELECT pg_sleep(60)').catch((error: unknown) => error);
      const { rows } = await onlooking(server.url, (onlooker) =>
        onlooker.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'),
      );
      expect(rows).toHaveLength(1);
      process.kill(server.pid, 'SIGQUIT');
      throw await asked;
    });
    expect(await landing(crashed)).toMatchObject(isUnavailable);
    await server.stop();
  });

  describe('of a standby', () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await makeCluster();
    });
    afterAll(() => {
      cluster.remove();
    });

    it('waits for one that answers nobody', async () => {
      const landed = await asStandby(cluster, false, () => landing(run(cluster.url, 'SELECT 1')));
      expect(landed).toMatchObject(isUnavailable);
      expect(landed.message).toContain('[SQLSTATE 57P03]');
    });

    it('waits until it takes writes, whichever statement finds out', async () => {
      const found = await asStandby(cluster, true, async () => [
        await landing(
          connectionsTo(cluster.url).with(databaseRef, (client) =>
            transaction(client, 'write', () => client.query('INSERT INTO public.t VALUES (1)')),
          ),
        ),
        await landing(run(cluster.url, 'INSERT INTO public.t VALUES (1)')),
        await landing(run(cluster.url, 'CREATE DATABASE another')),
        await landing(run(cluster.url, 'DROP DATABASE other')),
      ]);
      expect(found).toMatchObject(found.map(() => isUnavailable));
      for (const { message } of found) expect(message).toContain('takes no writes now');
    });
  });
});
