import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { Settings } from '../../../workflows/domain/settings';
import { failure } from '../../runtime/failure';
import { MAINTENANCE_DATABASE } from '../../../workflows/domain/names';

/** Where URLs come from; only the worker knows. */
export type ResolveUrl = (connection: string) => string;

/** What is known of connections besides their URLs. */
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

  /** Whether a database is the maintenance database of a server. */
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

  /** Says why this worker cannot use a connection; `undefined` if it can be tried. */
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

  /** The URL of a connection; throws `ConfigInvalid`, without the URL, if it is none. */
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

/**
 * libpq's modes that node-postgres 8 takes for `verify-full`, with a warning on stderr that version 9
 * will check less. Said outright, they go on meaning the same, and no one is warned.
 */
const CHECKED_IN_FULL: ReadonlySet<string> = new Set(['prefer', 'require', 'verify-ca']);

/** What moveout says for itself: the name of its sessions, and that no statement is cut short. */
const OWN = [
  'application_name',
  'query_timeout',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
];

/** A connection's URL as node-postgres is to read it, and the start-up options that stood in it. */
export interface ServerUrl {
  readonly connectionString: string;
  /** `-c name=value …`; node-postgres would let those of a URL replace all that it is given next to it. */
  readonly options: string | undefined;
}

/**
 * Turns the configured URL into one for a database of the same server. All its parameters stay, but
 * for what moveout sets itself. TLS never becomes weaker than what the URL says: where `sslmode` asks
 * for TLS at all, certificate and host name are checked, unless `uselibpqcompat=true` or `no-verify`
 * asks for less.
 */
export function serverUrl(configured: URL, database: string | undefined): ServerUrl {
  const url = new URL(configured);
  const { searchParams } = url;
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  const options = searchParams.get('options') ?? undefined;
  for (const name of ['options', ...OWN]) searchParams.delete(name);
  const isLibpq = searchParams.get('uselibpqcompat') === 'true';
  if (!isLibpq && CHECKED_IN_FULL.has(searchParams.get('sslmode') ?? ''))
    searchParams.set('sslmode', 'verify-full');
  return { connectionString: url.toString(), options };
}

const FORM = 'a URL of the form postgresql://user:password@host:5432/database';

/** The characters that end or change a part of a URL, as a password has to hold them. */
const ENCODED = '"/" as %2F, "@" as %40, "#" as %23, "?" as %3F, ":" as %3A, "%" as %25';

const UNENCODED = `has a user or password with a character that has a meaning in URLs: write ${ENCODED}`;

/**
 * Says why a text cannot be the URL of a connection, without any part of it; `undefined` if it can. A
 * password with a "/" would otherwise end up half as a host and half as the name of a database.
 */
export function urlFault(text: string): string | undefined {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (authority === undefined || rest === undefined) return `is not ${FORM}`;
  if (isCut(authority, rest)) return UNENCODED;
  if (!URL.canParse(text)) return `is not ${FORM}`;
  const { username, password, pathname } = new URL(text);
  return [username, password, pathname].every(isDecodable) ? undefined : UNENCODED;
}

/** Whether what ends the host came before the "@" that should have stood before the host. */
function isCut(authority: string, rest: string): boolean {
  const [path = ''] = rest.split(/[?#]/);
  const [firstParameter = ''] = rest.slice(path.length + 1).split(/[=&]/);
  return (
    rest.includes('#') || path.includes('@') || (authority !== '' && firstParameter.includes('@'))
  );
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
