import { Client, type ClientConfig, type Pool } from 'pg';
import { failure } from '../../runtime/failure';
import { connectFailure, urlFailure, type Connecting } from '../errors/connect';
import { ServerMemory, type Session } from './session';
import { ConnectionUrls, serverUrl, type ResolveUrl } from './urls';
import { explainFailure } from '../errors/explain';
import { openFirst } from './first-usable';
import { isPermanent, type DatabaseRef } from './database-ref';
import { ignoreIdleLoss, withLibraryPool } from './pool';
import { cutName, pinStatement, startupOptions, type SessionKind } from './settings';
import {
  betterManners,
  followVersion,
  isFull,
  otherwise,
  pinTaken,
  UNKNOWN_MANNERS,
  untilNone,
  type Manners,
} from './startup';
import { databaseFailure } from '../errors/classify';

/** Milliseconds; an idle session that does not answer by then has lost its server. */
const TAKEN_WITHIN = 5_000;

/** A session, and the database that it is in. */
type Opened = Readonly<{ client: Client; at: DatabaseRef }>;

/**
 * Opens sessions for one attempt. Every session is a backend of the attempt's own for as long as it has it,
 * pinned to moveout's settings, named after the attempt, and destroyed when the attempt is cancelled. Also
 * one that was used before is first named and then guarded, so that whoever takes over finds it.
 */
export class Connections extends ConnectionUrls {
  /** What is known of the servers from earlier attempts. */
  readonly memory: ServerMemory;
  readonly #session: Session;
  /** The servers that have seen a session of the attempt. */
  readonly #reached: Set<string>;

  constructor(resolve: ResolveUrl, session: Session, reached = new Set<string>()) {
    super(resolve, session.facts);
    this.memory = session.memory ?? new ServerMemory();
    this.#session = { ...session, memory: this.memory };
    this.#reached = reached;
  }

  /** The same sessions, each that may write checked by `guard` before anyone gets it. */
  guarded(guard: (client: Client) => Promise<void>): Connections {
    return new Connections(this.resolve, { ...this.#session, guard }, this.#reached);
  }

  /** Runs `use` with a session that is closed afterwards, whatever happens. */
  async with<T>(databaseRef: DatabaseRef, use: (client: Client) => Promise<T>): Promise<T> {
    const { client, at } = await this.#openAny(databaseRef);
    const destroy = (): void => {
      client.connection.stream.destroy();
    };
    const { signal } = this.#session;
    signal?.addEventListener('abort', destroy, { once: true });
    if (signal?.aborted === true) destroy();
    let isSound = false;
    try {
      const result = await use(client);
      isSound = true;
      return result;
    } catch (error) {
      throw await this.#explained(error, at);
    } finally {
      signal?.removeEventListener('abort', destroy);
      await this.#letGo(at, client, isSound);
    }
  }

  /** Runs `use` with a small pool of sessions for libraries that want one; again where its sessions found no room. */
  async withPool<T>(databaseRef: DatabaseRef, use: (pool: Pool) => Promise<T>): Promise<T> {
    await this.#learn(databaseRef);
    const { signal } = this.#session;
    const pin = pinStatement(this.#kindOf(databaseRef));
    try {
      return await withLibraryPool(this.#startConfig(databaseRef), { signal, pin }, use);
    } catch (error) {
      const at = this.#client(databaseRef);
      if (await this.#madeRoom(at, error)) return this.withPool(databaseRef, use);
      throw await this.#explained(error, databaseRef);
    }
  }

  /** A failure with what the server can add to it, unless the attempt has been cancelled. */
  async #explained(error: unknown, databaseRef: DatabaseRef): Promise<Error> {
    const found = databaseFailure(error, this.describe(databaseRef));
    const { signal, name } = this.#session;
    if (signal?.aborted === true) return found;
    const look = <T>(use: (client: Client) => Promise<T>): Promise<T> =>
      this.with({ ...databaseRef, access: 'read', reuse: false }, use);
    return explainFailure(found, { access: databaseRef.access, name, look });
  }

  #kindOf({ access }: DatabaseRef): SessionKind {
    return { access, lockWait: this.#session.lockWait };
  }

  #mannersOf(key: string): Manners {
    return this.memory.manners.get(key) ?? UNKNOWN_MANNERS;
  }

  /** Has one session come about, unless it is known already how they do. */
  async #learn(databaseRef: DatabaseRef): Promise<void> {
    if (!this.memory.manners.has(this.digestOf(databaseRef.connection)))
      await this.with(databaseRef, () => Promise.resolve());
  }

  /**
   * Waits until no server has a session of this attempt any more, for a few seconds at most. For an attempt whose
   * signal has ended them: the backend of a busy one notices that a moment later.
   */
  async untilGone(): Promise<void> {
    const { name, facts, memory } = this.#session;
    const lookers = new Connections(this.resolve, { name: 'moveout looker', facts, memory });
    const gone = [...this.#reached].map((connection) =>
      lookers.with({ connection, anyBut: [], access: 'read' }, (client) =>
        untilNone(client, cutName(name)),
      ),
    );
    await Promise.all(gone);
  }

  /** A place in words, without a secret: `database x on connection y`. */
  describe(databaseRef: DatabaseRef): string {
    const database = databaseRef.database ?? this.databaseOf(databaseRef.connection);
    return `database "${database}" on connection "${databaseRef.connection}"`;
  }

  #config(databaseRef: Omit<DatabaseRef, 'access' | 'reuse'>): ClientConfig {
    this.#reached.add(databaseRef.connection);
    const { connectionString, options } = serverUrl(
      this.url(databaseRef.connection),
      databaseRef.database,
    );
    return {
      connectionString,
      options: options ?? process.env['PGOPTIONS'] ?? '',
      application_name: cutName(this.#session.name),
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    };
  }

  /** The same with moveout's settings as start-up options, as far as the server takes any; those of the URL come first. */
  #startConfig(databaseRef: DatabaseRef): ClientConfig {
    const { options = '', ...config } = this.#config(databaseRef);
    const { takesOptions, knows } = this.#mannersOf(this.digestOf(databaseRef.connection));
    const own = takesOptions ? startupOptions(this.#kindOf(databaseRef), knows) : '';
    return { ...config, options: `${options} ${own}`.trim() };
  }

  /** Closes the sessions that wait for an operator to ask for a place. */
  async closeKept({ connection, database }: Omit<DatabaseRef, 'access' | 'reuse'>): Promise<void> {
    await this.#session.pool?.close(this.#keyOf({ connection, database }));
  }

  /** The databases of sources and servers stay; a target may be renamed or dropped, and says so where its session is reused. */
  #poolKey(databaseRef: DatabaseRef): string | undefined {
    const { reuse = databaseRef.access === 'read' && isPermanent(databaseRef) } = databaseRef;
    return reuse ? this.#keyOf(databaseRef) : undefined;
  }

  #keyOf(databaseRef: Omit<DatabaseRef, 'access' | 'reuse'>): string {
    const { connectionString = '', options = '' } = this.#config(databaseRef);
    return `${connectionString} ${options}`;
  }

  async #letGo(databaseRef: DatabaseRef, client: Client, isSound: boolean): Promise<void> {
    const key = this.#poolKey(databaseRef);
    const { pool, signal } = this.#session;
    const mayWait = isSound && signal?.aborted !== true;
    if (pool === undefined || key === undefined || !mayWait) return close(client);
    await pool.give(key, client);
  }

  #connecting(databaseRef: DatabaseRef, login: Client): Connecting {
    const { connection } = databaseRef;
    const hasMode = this.url(connection).searchParams.has('sslmode');
    const place = `${this.describe(databaseRef)}${this.serverWords(connection)}`;
    return { place, hasMode, login };
  }

  /** Opens a session in the database that a place names, else in the first of the server's that lets it in. */
  async #openAny(databaseRef: DatabaseRef): Promise<Opened> {
    const { connection, anyBut } = databaseRef;
    if (anyBut === undefined) return { client: await this.#open(databaseRef), at: databaseRef };
    const candidates = {
      key: JSON.stringify([this.digestOf(connection), anyBut]),
      names: this.maintenanceDatabases(connection, anyBut),
    };
    const opened = await openFirst(
      this.memory.maintenance,
      candidates,
      async (database): Promise<Opened> => {
        // Who is in `template1` keeps others from copying it.
        const reuse = databaseRef.reuse !== false && database !== 'template1';
        const at = { ...databaseRef, database, reuse };
        return { client: await this.#open(at), at };
      },
    );
    if ('client' in opened) return opened;
    throw failure('AccessDenied', this.#noMaintenance(connection, opened));
  }

  #noMaintenance(connection: string, reasons: readonly string[]): string {
    const ended = reasons.map((reason) => (reason.endsWith(';') ? reason : `${reason};`));
    const why = reasons.length === 0 ? 'each is the source or the target' : ended.join(' ');
    return `connection "${connection}"${this.serverWords(connection)}: the server has no database for maintenance that can be used (${why}): name one in connections.${connection}.maintenanceDatabase that is neither source nor target and that the role may connect to, or let the role into one of those`;
  }

  async #open(databaseRef: DatabaseRef): Promise<Client> {
    this.#session.signal?.throwIfAborted();
    return (await this.#taken(databaseRef)) ?? this.#opened(databaseRef);
  }

  /** An idle session made this attempt's; none if it was lost meanwhile, or a new one would not be let in any more. */
  async #taken(databaseRef: DatabaseRef): Promise<Client | undefined> {
    const key = this.#poolKey(databaseRef);
    const client = key === undefined ? undefined : this.#session.pool?.take(key);
    if (client === undefined) return undefined;
    const { name, signal } = this.#session;
    const destroy = (): void => void client.connection.stream.destroy();
    const patience = setTimeout(destroy, TAKEN_WITHIN);
    signal?.addEventListener('abort', destroy, { once: true });
    // Why it is lost does not matter: a new one is opened in its place.
    const isOurs = await pinTaken(client, this.#kindOf(databaseRef), cutName(name)).catch(
      () => false,
    );
    clearTimeout(patience);
    signal?.removeEventListener('abort', destroy);
    if (!isOurs) {
      destroy();
      return undefined;
    }
    return this.#guarded(databaseRef, client);
  }

  /** Opens a new session; again in another manner where the server turns out to want it so. */
  async #opened(databaseRef: DatabaseRef): Promise<Client> {
    const key = this.digestOf(databaseRef.connection);
    const manners = this.#mannersOf(key);
    const client = this.#client(databaseRef);
    client.on('error', ignoreIdleLoss);
    const special = followVersion(client);
    try {
      await client.connect();
      await client.query(pinStatement(this.#kindOf(databaseRef)));
      this.memory.manners.set(key, { ...manners, knows: special() });
      return await this.#guarded(databaseRef, client);
    } catch (error) {
      const words = await otherwise(client, databaseRef.access, error);
      // Where the server refused TLS, taking leave politely would wait for its answer for ever.
      client.connection.stream.destroy();
      await close(client);
      const better = betterManners(manners, special(), error);
      if (better !== undefined) this.memory.manners.set(key, better);
      if (better !== undefined || (await this.#madeRoom(client, error)))
        return this.#opened(databaseRef);
      if (words !== undefined)
        throw failure('ConfigInvalid', `${this.describe(databaseRef)}: ${words}`);
      throw connectFailure(error, this.#connecting(databaseRef, client));
    }
  }

  /** Closes idle sessions where a limit of sessions is reached; answers whether there is room now. */
  async #madeRoom(at: Pick<Client, 'host' | 'port'>, error: unknown): Promise<boolean> {
    if (!isFull(error)) return false;
    return ((await this.#session.pool?.closeAt(at)) ?? 0) > 0;
  }

  async #guarded(databaseRef: DatabaseRef, client: Client): Promise<Client> {
    try {
      if (databaseRef.access === 'write') await this.#session.guard?.(client);
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  #client(databaseRef: DatabaseRef): Client {
    const config = this.#startConfig(databaseRef);
    try {
      return new Client(config);
    } catch (error) {
      throw urlFailure(error, this.describe(databaseRef));
    }
  }
}

async function close(client: Client): Promise<void> {
  await client.end().catch(ignoreIdleLoss);
}
