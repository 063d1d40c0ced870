import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { given } from './given';

describe('startServers', () => {
  it('gives every test a PostgreSQL 15 that only its password opens', async () => {
    const url = new URL(given('MOVEOUT_TEST_POSTGRES_URL'));
    const client = new Client(url.href);
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version_num') as version`,
    );
    await client.end();
    expect(rows[0]?.version).toMatch(/^15/);
    url.password = 'wrong';
    const stranger = new Client(url.href);
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('gives every test a Temporal server that keeps closed runs for 30 days', async () => {
    const connection = await Connection.connect({
      address: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'),
    });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    await connection.close();
    expect(config?.workflowExecutionRetentionTtl?.seconds?.toString()).toBe('2592000');
  });
});
