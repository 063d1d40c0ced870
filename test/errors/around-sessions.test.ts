import { createServer, type Socket } from 'node:net';
import { databaseFailure } from '../../activities/postgres/errors/classify';
import { connectFailure } from '../../activities/postgres/errors/connect';
import { createDatabase, dropDatabases, urlOf } from '../support/harness/databases';
import { connectionsTo, landing, run } from './landing';

/** Runs `use` with the URL of something that answers a greeting in its own way. */
async function answering<T>(
  answer: (socket: Socket) => void,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    return await use(`postgresql://u:hunter2@127.0.0.1:${String(port)}/x`);
  } finally {
    server.close();
  }
}

/** Both ways a session comes about: by itself, and in the pool of a library. */
const pooled = (url: string): Promise<unknown> =>
  connectionsTo(url).withPool({ connection: 'here', access: 'read' }, (pool) =>
    pool.query('SELECT 1'),
  );

describe('databaseFailure, of sessions that do not come about', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('around');
  });
  afterAll(dropDatabases);

  it.each([
    ['a closed port', 'postgresql://u:hunter2@127.0.0.1:1/x', 'ECONNREFUSED at 127.0.0.1:1'],
    ['a closed port of every address', 'postgresql://u:hunter2@localhost:1/x', 'ECONNREFUSED at'],
    ['an unknown host', 'postgresql://u:hunter2@host.invalid/x', 'ENOTFOUND'],
    [
      'a socket that is not there',
      'postgresql://u:hunter2@nowhere/x?host=/nowhere',
      'ENOENT at /nowhere',
    ],
  ])('waits for %s', async (...[, url, says]) => {
    for (const found of [await landing(run(url, 'SELECT 1')), await landing(pooled(url))]) {
      expect(found).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
      expect(found.message).toContain(says);
      expect(found.message).not.toMatch(/TLS|sslmode/);
      expect(found.kept).not.toContain('hunter2');
    }
  });

  it('waits for a server that hangs up, and not for one that is no PostgreSQL', async () => {
    const hangUp = (socket: Socket): unknown => socket.destroy();
    const lost = await answering(hangUp, (url) => landing(run(url, 'SELECT 1')));
    expect(lost).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
    const speakMysql = (socket: Socket): unknown => socket.end('J\0\0\0\n8.0 hunter2\0');
    const other = await answering(speakMysql, (url) => landing(run(url, 'SELECT 1')));
    expect(other).toMatchObject({ code: 'ConfigInvalid', isRetried: false });
    expect(other.message).toContain('what answers there is no PostgreSQL');
    expect(other.kept).not.toContain('hunter2');
  });

  it('says what to do where the server offers no TLS, and where it cannot take it up now', async () => {
    const url = `${urlOf(database)}?sslmode=require`;
    for (const found of [await landing(run(url, 'SELECT 1')), await landing(pooled(url))]) {
      expect(found).toMatchObject({ code: 'ConfigInvalid', isRetried: false });
      expect(found.message).toContain('the server offers no TLS');
      expect(found.message).toContain('sslmode');
    }
    const refuse = (socket: Socket): unknown => socket.end('E');
    const found = await answering(refuse, (plain) => landing(pooled(`${plain}?sslmode=require`)));
    expect(found).toMatchObject({ code: 'ServerUnavailable', isRetried: true });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'ConfigInvalid', 'renew it'],
    ['CERT_NOT_YET_VALID', 'ConfigInvalid', 'clocks'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ConfigInvalid', 'for another host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ConfigInvalid', 'sslrootcert'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ConfigInvalid', 'sslrootcert'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ConfigInvalid', 'sslrootcert'],
    ['CERT_REVOKED', 'ConfigInvalid', 'not accepted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ConfigInvalid', 'sslmode'],
    ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'ServerUnavailable', 'lost'],
    ['ECONNRESET', 'ServerUnavailable', 'lost'],
    ['EMFILE', 'ServerBusy', 'short of'],
    ['EADDRNOTAVAIL', 'ServerBusy', 'short of'],
  ])('knows what to do about %s', async (errno, code, says) => {
    const error = Object.assign(new Error('hunter2'), { code: errno });
    const atStart = connectFailure(error, { place: 'here', hasMode: true, login: {} });
    for (const failed of [databaseFailure(error, 'here'), atStart]) {
      const found = await landing(Promise.reject(failed));
      expect(found).toMatchObject({ code, isRetried: code !== 'ConfigInvalid' });
      expect(found.message).toContain(errno);
      expect(found.message).toContain(says);
      expect(found.kept).not.toContain('hunter2');
    }
  });
});
