import { Client } from 'pg';
import type { ClientConfig, Pool } from 'pg';
import { connectFailure, urlFailure } from './connect-failure';
import { ConnectionUrls, type ResolveUrl } from './connection-urls';
import { serverUrl } from './server-url';
import type { SessionPool } from './session-pool';
import { stays, type Place } from './place';
import { ignoreIdleLoss, withLibraryPool } from './library-pool';
import { cutName, pinAgain, pinStatement, startupOptions } from './settings';
import { databaseFailure } from './sqlstate';

export type { Place } from './place';

/** Milliseconds; an idle session that does not answer by then has lost its server. */
const TAKEN_WITHIN = 5_000;

/** How one attempt's sessions are called in `pg_stat_activity`, and what ends them. */
export interface Session {
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** Stands before every session that may write: it throws where the attempt has been replaced. */
  readonly guard?: ((client: Client) => Promise<void>) | undefined;
  /** Where sessions come from and go to that are used again; without it every session is a new backend. */
  readonly pool?: SessionPool | undefined;
}

/**
 * Opens sessions for one attempt. Every session is a backend of the attempt's own for as long as it has it,
 * pinned to moveout's settings, named after the attempt, and destroyed when the attempt is cancelled. Also
 * one that was used before is first named and then guarded, so that whoever takes over finds it.
 */
export class Connections extends ConnectionUrls {
  readonly #session: Session;

  constructor(resolve: ResolveUrl, session: Session) {
    super(resolve);
    this.#session = session;
  }

  /** The same servers under another session name or another signal. */
  named(session: Session): Connections {
    return new Connections(this.resolve, session);
  }

  /** The same sessions, each that may write checked by `guard` before anybody gets it. */
  guarded(guard: (client: Client) => Promise<void>): Connections {
    return new Connections(this.resolve, { ...this.#session, guard });
  }

  /** Runs `use` with a session that is closed afterwards, whatever happens. */
  async with<T>(place: Place, use: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#open(place);
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
      throw databaseFailure(error, this.describe(place));
    } finally {
      signal?.removeEventListener('abort', destroy);
      await this.#letGo(place, client, isSound);
    }
  }

  /** Runs `use` with a small pool of sessions for libraries that want one. */
  async withPool<T>(place: Place, use: (pool: Pool) => Promise<T>): Promise<T> {
    const config = this.#config(place);
    const options = [config.options ?? '', startupOptions(place.access)].join(' ').trim();
    try {
      return await withLibraryPool({ ...config, options }, this.#session.signal, use);
    } catch (error) {
      throw databaseFailure(error, this.describe(place));
    }
  }

  /** A place in words, without a secret: `database x on connection y`. */
  describe(place: Place): string {
    const database = place.database ?? this.databaseOf(place.connection);
    return `database "${database}" on connection "${place.connection}"`;
  }

  #config(place: Omit<Place, 'access' | 'kept'>): ClientConfig {
    const { connectionString, options } = serverUrl(this.url(place.connection), place.database);
    return {
      connectionString,
      ...(options !== undefined && { options }),
      application_name: cutName(this.#session.name),
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    };
  }

  /** Closes the sessions that wait for somebody to ask for a place. */
  async closeKept({ connection, database }: Omit<Place, 'access' | 'kept'>): Promise<void> {
    await this.#session.pool?.close(this.#keyOf({ connection, database }));
  }

  /** The databases of sources and servers stay; a target may be renamed or dropped, and says what is kept. */
  #poolKey(place: Place): string | undefined {
    const { kept = place.access === 'read' && stays(place) } = place;
    return kept ? this.#keyOf(place) : undefined;
  }

  #keyOf(place: Omit<Place, 'access' | 'kept'>): string {
    const { connectionString = '', options = '' } = this.#config(place);
    return `${connectionString} ${options}`;
  }

  async #letGo(place: Place, client: Client, isSound: boolean): Promise<void> {
    const key = this.#poolKey(place);
    const { pool, signal } = this.#session;
    const mayWait = isSound && signal?.aborted !== true;
    if (pool === undefined || key === undefined || !mayWait) return close(client);
    await pool.give(key, client);
  }

  async #open(place: Place): Promise<Client> {
    this.#session.signal?.throwIfAborted();
    return (await this.#taken(place)) ?? this.#opened(place);
  }

  /** An idle session made this attempt's; where it was lost meanwhile, there is none. */
  async #taken(place: Place): Promise<Client | undefined> {
    const key = this.#poolKey(place);
    const client = key === undefined ? undefined : this.#session.pool?.take(key);
    if (client === undefined) return undefined;
    const { name, signal } = this.#session;
    const destroy = (): void => void client.connection.stream.destroy();
    const patience = setTimeout(destroy, TAKEN_WITHIN);
    signal?.addEventListener('abort', destroy, { once: true });
    try {
      await client.query(pinAgain(place.access, cutName(name)));
    } catch {
      // It was idle and is lost; why does not matter, for a new one is opened in its place.
      destroy();
      return undefined;
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener('abort', destroy);
    }
    return this.#guarded(place, client);
  }

  async #opened(place: Place): Promise<Client> {
    const client = this.#client(place);
    client.on('error', ignoreIdleLoss);
    try {
      await client.connect();
      await client.query(pinStatement(place.access));
      return await this.#guarded(place, client);
    } catch (error) {
      // Where the server refused TLS, taking leave politely would wait for its answer for ever.
      client.connection.stream.destroy();
      await close(client);
      throw connectFailure(error, this.describe(place));
    }
  }

  async #guarded(place: Place, client: Client): Promise<Client> {
    try {
      if (place.access === 'write') await this.#session.guard?.(client);
      return client;
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
  }

  #client(place: Place): Client {
    const config = this.#config(place);
    try {
      return new Client(config);
    } catch (error) {
      throw urlFailure(error, this.describe(place));
    }
  }
}

async function close(client: Client): Promise<void> {
  await client.end().catch(ignoreIdleLoss);
}
