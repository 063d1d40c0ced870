import { Client, Pool, type PoolConfig } from 'pg';

/**
 * Milliseconds after which an idle session is closed. PostgreSQL waits five seconds for
 * other sessions before it refuses to copy, rename or drop their database.
 */
const IDLE_MILLIS = 4_000;

/** At most this many sessions are idle, on all servers together; the one that has been idle longest makes room. */
const MOST_IDLE = 30;

/** Milliseconds; if cleaning a session takes longer, it has lost its server. */
const CLEANED_WITHIN = 5_000;

/** The name of idle sessions: an attempt that ends the sessions of others does not end these. */
export const IDLE_NAME = 'moveout idle';

/**
 * All that DISCARD ALL does but to forget prepared statements, of which there are few and always the same:
 * to plan them costs more than to run them.
 */
const CLEANING = `
  CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL; UNLISTEN *;
  SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES; SET application_name = '${IDLE_NAME}'`;

interface Idle {
  readonly client: Client;
  readonly timer: NodeJS.Timeout;
  readonly drop: () => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly since: number;
}

interface Held {
  readonly key: string;
  readonly client: Client;
}

/** A session that is being cleaned; if the pool is closed meanwhile, it is closed instead of kept. */
interface Cleaning extends Held {
  isWanted: boolean;
  done: Promise<void>;
}

/**
 * Keeps sessions for the next attempt of this process. What one attempt set or locked is gone before
 * another gets the session; one that cannot be cleaned is closed.
 */
export class SessionPool {
  readonly #idle = new Map<string, Idle[]>();
  readonly #cleaning = new Set<Cleaning>();
  #isClosed = false;

  /** How many sessions wait. */
  get waiting(): number {
    return [...this.#idle.values()].reduce((sum, idle) => sum + idle.length, 0);
  }

  /** Takes the session away that became idle last; `undefined` if there is none of that key. */
  take(key: string): Client | undefined {
    const found = this.#idle.get(key)?.pop();
    if (found === undefined) return undefined;
    clearTimeout(found.timer);
    found.client.off('end', found.drop);
    return found.client;
  }

  /** Cleans a session and keeps it for the key, or closes it. Never throws. */
  async give(key: string, client: Client): Promise<void> {
    const cleaning: Cleaning = { key, client, isWanted: !this.#isClosed, done: Promise.resolve() };
    cleaning.done = this.#take(cleaning).finally(() => this.#cleaning.delete(cleaning));
    this.#cleaning.add(cleaning);
    await cleaning.done;
  }

  async #take(cleaning: Cleaning): Promise<void> {
    const { key, client } = cleaning;
    if (cleaning.isWanted && !(await cleaned(client))) return;
    // Someone may have closed the pool, or this key, meanwhile.
    if (cleaning.isWanted) this.#keep(key, client);
    else await ended(client);
  }

  #keep(key: string, client: Client): void {
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    const drop = (): void => {
      clearTimeout(timer);
      const position = idle.findIndex((entry) => entry.client === client);
      if (position >= 0) idle.splice(position, 1);
      if (idle.length === 0 && this.#idle.get(key) === idle) this.#idle.delete(key);
    };
    const timer = setTimeout(() => {
      drop();
      void ended(client);
    }, IDLE_MILLIS);
    client.once('end', drop);
    idle.push({ client, timer, drop, since: performance.now() });
    this.#makeRoom();
  }

  /** Begins to close sessions that wait longest, of whichever key, until no more wait than may. */
  #makeRoom(): void {
    const all = [...this.#idle.values()].flat().sort((a, b) => a.since - b.since);
    for (const { client, drop } of all.slice(0, Math.max(0, all.length - MOST_IDLE))) {
      drop();
      void ended(client);
    }
  }

  /** Closes all idle sessions, and from now on every one that is given; resolves when they are gone. Never throws. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    await this.#closeWhere(() => true);
  }

  /** Closes the idle sessions of the key; resolves when they are gone. Never throws. */
  async close(key: string): Promise<void> {
    await this.#closeWhere((one) => one.key === key);
  }

  /** Closes the idle sessions on one server, to make room there; answers how many there were. Never throws. */
  async closeAt({ host, port }: Pick<Client, 'host' | 'port'>): Promise<number> {
    return this.#closeWhere(({ client }) => client.host === host && client.port === port);
  }

  async #closeWhere(holds: (one: Held) => boolean): Promise<number> {
    const cleaning = [...this.#cleaning].filter(holds);
    for (const one of cleaning) one.isWanted = false;
    const idle = [...this.#idle].flatMap(([key, entries]) =>
      entries.filter(({ client }) => holds({ key, client })),
    );
    for (const { drop } of idle) drop();
    await Promise.all([
      ...cleaning.map(({ done }) => done),
      ...idle.map(({ client }) => ended(client)),
    ]);
    return cleaning.length + idle.length;
  }
}

/** Makes a session as if no one had used it; answers whether that worked. Never throws. */
async function cleaned(client: Client): Promise<boolean> {
  const patience = setTimeout(() => client.connection.stream.destroy(), CLEANED_WITHIN);
  try {
    // A ROLLBACK outside of a transaction would leave a warning in the server's log.
    if (client.getTransactionStatus() !== 'I') await client.query('ROLLBACK');
    await client.query(CLEANING);
    return true;
  } catch {
    // It was lost, or cannot be cleaned: no one should get it.
    client.connection.stream.destroy();
    return false;
  } finally {
    clearTimeout(patience);
  }
}

/** Resolves when a session is gone, at the latest when its server has not answered for a while. Never rejects. */
async function ended(client: Client): Promise<void> {
  const patience = setTimeout(() => client.connection.stream.destroy(), CLEANED_WITHIN);
  // Whatever closing says, the session is of no more use to anyone.
  await client.end().catch(() => undefined);
  clearTimeout(patience);
}

/** Libraries read a catalog with this many sessions at once. */
const SESSIONS = 2;

/** What every session of a pool has. */
interface Having {
  /** Ends them all. */
  readonly signal: AbortSignal | undefined;
  /** The first statement of each. */
  readonly pin: string;
}

/** Runs `use` with a pool whose sessions all die with the signal, and are closed at the end. */
export async function withLibraryPool<T>(
  config: PoolConfig,
  { signal, pin }: Having,
  use: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = new Pool({
    ...config,
    max: SESSIONS,
    verify: (client, done) => {
      client.query(pin).then(() => done(), done);
    },
  });
  pool.on('error', ignoreIdleLoss);
  const opened: Client[] = [];
  pool.on('connect', (client) => {
    // A pool listens to idle sessions only; a busy one that is lost would end the whole process.
    client.on('error', ignoreIdleLoss);
    if (!(client instanceof Client)) return;
    sendPlainComments(client);
    opened.push(client);
  });
  const destroy = (): void => {
    for (const client of opened) client.connection.stream.destroy();
  };
  signal?.addEventListener('abort', destroy, { once: true });
  try {
    return await use(pool);
  } finally {
    signal?.removeEventListener('abort', destroy);
    await pool.end();
  }
}

/** Has a session send all its statements so; for libraries, whose statements are not ours to write. */
function sendPlainComments({ connection }: Client): void {
  const query = connection.query.bind(connection);
  const parse = connection.parse.bind(connection);
  connection.query = (text) => {
    query(withPlainComments(text));
  };
  connection.parse = (statement, more) => {
    parse({ ...statement, text: withPlainComments(statement.text) }, more);
  };
}

/**
 * A statement whose comments are in ASCII. A server whose databases have another encoding than UTF-8
 * refuses a statement for a dash in its comment that the encoding does not have.
 */
function withPlainComments(sql: string): string {
  if (sql.search(BEYOND_ASCII) < 0) return sql;
  return sql.replace(PIECE, (piece: string, comment: string | undefined) =>
    comment === undefined ? piece : comment.replace(BEYOND_ASCII, '?'),
  );
}

const BEYOND_ASCII = /[^\0-\x7f]/gu;

/** A comment, or a literal or quoted name that may look like the begin of one. */
const PIECE =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<tag>\$\w*\$)[\s\S]*?\k<tag>/g;

/** An idle session that is lost shows as a failure of its next statement, which says more. */
export function ignoreIdleLoss(): void {
  return undefined;
}
