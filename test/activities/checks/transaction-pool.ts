import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'pg';
import { urlOf } from '../../support/harness/databases';
import { framesOf, READY, STARTUP, TERMINATE } from './wire-frames';

/** A pooler in front of the test server, for databases of one name. */
export interface TransactionPool {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * How a pool hands out its server connections: `latest` given back first, as pgbouncer does, or in
 * `turn`; `session` keeps one for a client until it goes, as a session pooler does.
 */
export interface Pooling {
  readonly size: number;
  readonly order: 'latest' | 'turn' | 'session';
}

/** Starts a pooler that gives a client a server connection for one transaction and takes it back. */
export async function startPool(database: string, pooling: Pooling): Promise<TransactionPool> {
  const backends = await Promise.all(
    Array.from({ length: pooling.size }, () => openBackend(database)),
  );
  const pool = new Pool(backends, pooling.order);
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket);
    serve(socket, pool);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `postgresql://anybody@127.0.0.1:${portOf(server)}/${database}`,
    close: async () => {
      clients.forEach((socket) => socket.destroy());
      backends.forEach((backend) => backend.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

type Backend = Duplex;

/** A connection that has signed in, with nobody listening to it any more. */
async function openBackend(database: string): Promise<Backend> {
  const client = new Client({ connectionString: urlOf(database) });
  await client.connect();
  const { stream } = client.connection;
  stream.removeAllListeners();
  stream.on('error', () => undefined);
  return stream;
}

class Pool {
  readonly #free: Backend[];
  readonly #waiting: ((backend: Backend) => void)[] = [];
  readonly order: Pooling['order'];

  constructor(backends: readonly Backend[], order: Pooling['order']) {
    this.#free = [...backends];
    this.order = order;
  }

  async take(): Promise<Backend> {
    const backend = this.order === 'latest' ? this.#free.pop() : this.#free.shift();
    return backend ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(backend: Backend): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(backend);
    else next(backend);
  }
}

function serve(client: Socket, pool: Pool): void {
  let held: Promise<Backend> | undefined;
  const toServer = framesOf((type, frame) => {
    if (type === STARTUP) return client.write(greeting());
    if (type === TERMINATE) return client.end();
    held ??= pool.take().then((backend) => listen(backend));
    return held.then((backend) => backend.write(frame));
  }, 'client');
  const release = (backend: Backend): void => {
    backend.removeAllListeners('data');
    held = undefined;
    pool.giveBack(backend);
  };
  const listen = (backend: Backend): Backend => {
    const toClient = framesOf((type, frame) => {
      client.write(frame);
      const isOver = type === READY && frame.at(-1) === 'I'.charCodeAt(0);
      if (isOver && pool.order !== 'session') release(backend);
    }, 'server');
    return backend.on('data', toClient);
  };
  client.on('data', toServer);
  client.on('error', () => undefined);
  client.on('close', () => void held?.then(release));
}

/** Signed in, a key for cancelling that nobody will use, ready. */
function greeting(): Buffer {
  const signedIn = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
  const key = Buffer.from([0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1]);
  return Buffer.concat([signedIn, key, Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the pooler has no port');
  return address.port;
}
