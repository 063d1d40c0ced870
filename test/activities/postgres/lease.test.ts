import type { Client } from 'pg';
import {
  assertToken,
  assertLeaseHeld,
  takeMarker,
  endOtherAttempts,
  lockTokenForShare,
  advanceToken,
  tryLock,
} from '../../../activities/postgres/lease';
import { applicationName } from '../../../activities/postgres/lease/locks';
import { createDatabase, dropDatabases, withSession } from '../../support/harness/databases';

const RUN = 'run-one';
const NAMES = { projectRef: 'fence-project', databaseName: 'fence_db' };

describe('the fence', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('fence');
    await withSession(database, (client) =>
      takeMarker(client, {
        projectRef: 'fence-project',
        runId: RUN,
        workflowId: 'fence',
        backupId: 'backup_fence-project_1',
        createdDatabase: false,
        source: {
          ...{ connection: 'shared', database: 'studio', systemIdentifier: '1', oid: 5 },
          serverVersion: 150018,
        },
        snapshotAt: '2026-11-22T10:00:00.000Z',
      }),
    );
  });
  afterAll(() => dropDatabases());

  it('lets no write transaction begin that knows an earlier fencing token', async () => {
    await withSession(database, async (client) => {
      const { fencingToken: early } = await advanceToken(client, RUN);
      const { fencingToken: late } = await advanceToken(client, RUN);
      await client.query('BEGIN');
      await expect(held(client, early)).rejects.toMatchObject({ type: 'Fenced' });
      await client.query('ROLLBACK; BEGIN');
      await expect(held(client, late)).resolves.toBeUndefined();
      await client.query('ROLLBACK');
    });
  });

  it('makes a later attempt wait for a write transaction that has begun', async () => {
    await both(database, async (writing, later) => {
      const { fencingToken } = await advanceToken(writing, RUN);
      await writing.query('BEGIN');
      await held(writing, fencingToken);
      await later.query("SET lock_timeout = '200ms'");
      await expect(advanceToken(later, RUN)).rejects.toMatchObject({ code: '55P03' });
      await writing.query('COMMIT');
      await expect(advanceToken(later, RUN)).resolves.toMatchObject({
        fencingToken: fencingToken + 1,
      });
    });
  });

  it('belongs to one run: no other can take it', async () => {
    await withSession(database, async (client) => {
      await expect(advanceToken(client, 'another-run')).rejects.toMatchObject({ type: 'Fenced' });
    });
  });

  it('ends the sessions of earlier attempts, and their locks with them', async () => {
    await both('postgres', async (early, late) => {
      const name = (attempt: number): string =>
        applicationName({ runId: RUN, step: 'migrateAuth', attempt, projectRef: 'fence-project' });
      await early.query(`SET application_name = '${name(1)}'`);
      await late.query(`SET application_name = '${name(2)}'`);
      expect(await tryLock(early, NAMES, 'exclusive')).toBe(true);
      expect(await tryLock(late, NAMES, 'exclusive')).toBe(false);
      const session = await endOtherAttempts(early, []);
      await expect(assertLeaseHeld(early, session)).resolves.toBeUndefined();
      await endOtherAttempts(late, [RUN]);
      expect(await tryLock(late, NAMES, 'exclusive')).toBe(true);
      await expect(early.query('SELECT 1')).rejects.toThrow();
      await expect(assertLeaseHeld(late, session)).rejects.toMatchObject({ type: 'LockHeld' });
    });
  });

  it('counts a lock session that another attempt has by now as lost', async () => {
    await both('postgres', async (lock, writing) => {
      const named = (attempt: number): string =>
        `SET application_name = '${applicationName({ runId: RUN, step: 'initSchema', attempt, projectRef: 'x' })}'`;
      await lock.query(named(1));
      await writing.query(named(1));
      const session = await endOtherAttempts(lock, []);
      await expect(assertLeaseHeld(writing, session)).resolves.toBeUndefined();
      await lock.query(named(2));
      await expect(assertLeaseHeld(writing, session)).rejects.toMatchObject({ type: 'LockHeld' });
    });
  });
});

async function held(client: Client, fencingToken: number): Promise<void> {
  assertToken(await client.query(lockTokenForShare(RUN, fencingToken)));
}

async function both(
  database: string,
  use: (one: Client, other: Client) => Promise<void>,
): Promise<void> {
  await withSession(database, (one) => withSession(database, (other) => use(one, other)));
}
