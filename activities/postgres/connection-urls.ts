import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { Settings } from '../../workflows/domain/settings';
import { failure } from '../failure';
import { MAINTENANCE_DATABASE } from '../../workflows/domain/names';
import { urlFault } from './url-fault';

/** Where URLs come from; only the worker knows. */
export type ResolveUrl = (connection: string) => string;

/** What is known of connections beside their URLs. */
export type Facts = NonNullable<Settings['connections']>;

/** What the names of connections stand for; the URLs themselves go nowhere but into sessions. */
export class ConnectionUrls {
  protected readonly resolve: ResolveUrl;
  readonly #facts: Facts;

  constructor(resolve: ResolveUrl, facts: Facts = {}) {
    this.resolve = resolve;
    this.#facts = facts;
  }

  /**
   * The databases of a connection's server to try for locks and maintenance, in that order. One that is
   * configured is the only one, so that all workers take their locks in it.
   */
  maintenanceDatabases(connection: string, but: readonly string[]): readonly string[] {
    const configured = this.#facts[connection]?.maintenanceDatabase;
    if (configured !== undefined && !but.includes(configured)) return [configured];
    const all = [MAINTENANCE_DATABASE, this.databaseOf(connection), 'template1'];
    return [...new Set(all)].filter((name) => !but.includes(name));
  }

  /** Whether a database is one that a server is kept in order from. */
  isForMaintenance(connection: string, database: string): boolean {
    const configured = this.#facts[connection]?.maintenanceDatabase;
    return database === MAINTENANCE_DATABASE || database === configured;
  }

  /** Which server a connection leads to and who says so: ` (host:port, URL from VARIABLE)`. */
  protected serverWords(connection: string): string {
    const from = this.#facts[connection]?.from;
    const server = hostOf(this.url(connection));
    return ` (${from === undefined ? server : `${server}, URL from ${from}`})`;
  }

  #from(connection: string): string {
    const from = this.#facts[connection]?.from;
    return from === undefined ? '' : `, its URL in ${from},`;
  }

  /** Tells one server and role from another, without saying which: SHA-256 (hex) of the URL. */
  digestOf(connection: string): string {
    return createHash('sha256').update(this.url(connection).href).digest('hex');
  }

  /** The database that the connection's URL names. */
  databaseOf(connection: string): string {
    const path = decodeURIComponent(this.url(connection).pathname.slice(1));
    return path === '' ? 'postgres' : path;
  }

  /** Says why this worker cannot use a connection; `undefined` where it can be tried. */
  faultOf(connection: string): string | undefined {
    try {
      this.url(connection);
      return undefined;
    } catch (error) {
      return types.isNativeError(error) ? error.message : String(error);
    }
  }

  /**
   * Tells whether two connections lead to one database, or to one server: they have the same name, or
   * URLs with the same host and port. Hosts of two names are taken for two.
   */
  areSame(one: string, other: string, level: 'server' | 'database'): boolean {
    if (one === other) return true;
    if (this.faultOf(one) !== undefined || this.faultOf(other) !== undefined) return false;
    if (hostOf(this.url(one)) !== hostOf(this.url(other))) return false;
    return level === 'server' || this.databaseOf(one) === this.databaseOf(other);
  }

  /** The URL of a connection; throws `ConfigInvalid`, without the URL, where it is none. */
  protected url(connection: string): URL {
    const url = this.resolve(connection);
    const fault = urlFault(url);
    if (fault !== undefined)
      throw failure(
        'ConfigInvalid',
        `connection "${connection}"${this.#from(connection)} ${fault}`,
      );
    return new URL(url);
  }
}

/** Host and port; a socket's folder stands in a parameter. */
function hostOf({ hostname, port, searchParams }: URL): string {
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  return `${host}:${searchParams.get('port') ?? (port === '' ? '5432' : port)}`;
}
