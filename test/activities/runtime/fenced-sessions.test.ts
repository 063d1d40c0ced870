import { Connections } from '../../../activities/postgres/session/connections';
import { advanceToken, takeMarker } from '../../../activities/postgres/lease';
import { readIdentity } from '../../../activities/postgres/catalog/databases';
import { Meter } from '../../../activities/runtime/attempt';
import { withFencedTarget, type Writer } from '../../../activities/runtime/lease';
import { failure } from '../../../activities/runtime/failure';
import { deferred } from '../../support/deferred';
import {
  createDatabase,
  dropDatabases,
  execute,
  query,
  urlOf,
  withSession,
} from '../../support/harness/databases';

const RUN = 'run-of-fenced-sessions';

describe('the sessions of one attempt in its target', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('fenced');
    await execute(database, 'CREATE TABLE public.written (by int)');
    await withSession(database, (client) =>
      takeMarker(client, {
        ...{ projectRef: 'fenced', runId: RUN, workflowId: 'fenced', backupId: 'backup_fenced_1' },
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

  it('are all kept from writing once a later attempt has increased the token', async () => {
    const refusals = await withFencedTarget(await writer(), (target) =>
      target.sideBySide(3, async (sessions) => {
        await withSession(database, (later) => advanceToken(later, RUN));
        return Promise.all(
          sessions.map(({ client, write }, at) =>
            write(() => client.query('INSERT INTO public.written VALUES ($1)', [at])).catch(
              (error: unknown) => error,
            ),
          ),
        );
      }),
    );
    expect(refusals).toEqual(Array(3).fill(expect.objectContaining({ type: 'Fenced' })));
    expect(await query(database, 'SELECT FROM public.written')).toEqual([]);
  });

  it('each keep a later attempt waiting until their transaction has ended', async () => {
    await withFencedTarget(await writer(), (target) =>
      target.sideBySide(3, async (sessions) => {
        for (const { write } of sessions) {
          const [begun, gate] = [deferred<undefined>(), deferred<undefined>()];
          const writing = write(async () => {
            begun.resolve(undefined);
            await gate.promise;
          });
          await begun.promise;
          const waited = await withSession(database, async (later) => {
            await later.query(`SET lock_timeout = '200ms'`);
            return advanceToken(later, RUN).catch((error: unknown) => error);
          });
          expect(waited).toMatchObject({ code: '55P03' });
          gate.resolve(undefined);
          await writing;
        }
      }),
    );
  });

  it('are each refused where the attempt has lost its locks, the first and the others', async () => {
    const asked: number[] = [];
    const guarded = new Connections((name) => urlOf(name), { name: 'fenced test' }).guarded(() => {
      asked.push(asked.length);
      if (asked.length < 3) return Promise.resolve();
      return Promise.reject(failure('LockHeld', 'this attempt has lost its locks'));
    });
    const using = withFencedTarget(await writer({ connections: guarded }), (target) =>
      target.sideBySide(3, () => Promise.reject(new Error('a session was not guarded'))),
    );
    await expect(using).rejects.toMatchObject({ type: 'LockHeld' });
    expect(asked).toHaveLength(3);
  });

  it('are none in a source', async () => {
    const identity = await withSession(database, (client) => readIdentity(client, 'target'));
    const inSource = await writer({ sources: [identity] });
    const using = withFencedTarget(inSource, (target) =>
      target.sideBySide(2, () => Promise.resolve()),
    );
    await expect(using).rejects.toMatchObject({ type: 'TargetIsSource' });
  });

  async function writer({
    connections = new Connections((name) => urlOf(name), { name: 'fenced test' }),
    sources = [],
  }: {
    readonly connections?: Connections;
    readonly sources?: Writer['job']['sources'];
  } = {}): Promise<Writer> {
    const target = await withSession(database, (client) => readIdentity(client, database));
    const project = { projectRef: 'fenced', databaseName: database };
    return {
      ...{ connections, runId: RUN, workflowId: 'fenced', meter: new Meter('migrateAuth') },
      endEarlierReaders: () => Promise.resolve(),
      awaitSource: () => Promise.resolve(),
      job: {
        ...{ project, backupId: 'backup_fenced_1', target, sources, onDrift: 'report' },
        targetBefore: { kind: 'absent' },
        extent: { schemas: [], tables: [], withoutColumns: [] },
      },
      get resources(): never {
        throw new Error('no session needs the resources of a worker');
      },
    };
  }
});
