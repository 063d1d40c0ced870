import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { failure } from '../failure';

/** Where URLs come from; only the worker knows. */
export type ResolveUrl = (connection: string) => string;

/** What the names of connections stand for; the URLs themselves go nowhere but into sessions. */
export class ConnectionUrls {
  protected readonly resolve: ResolveUrl;

  constructor(resolve: ResolveUrl) {
    this.resolve = resolve;
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
    if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
      throw failure(
        'ConfigInvalid',
        `connection "${connection}" is not a URL of the form postgresql://user:password@host:5432/database`,
      );
    }
    return new URL(url);
  }
}

/** Host and port; a socket's folder stands in a parameter. */
function hostOf({ hostname, port, searchParams }: URL): string {
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  return `${host}:${searchParams.get('port') ?? (port === '' ? '5432' : port)}`;
}
