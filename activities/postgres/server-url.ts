/**
 * libpq's modes that node-postgres 8 takes for `verify-full`, with a warning on stderr that version 9
 * will check less. Said outright, they go on meaning the same, and nobody is warned.
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
  /** `-c name=value …`; node-postgres would let those of a URL replace all that it is given beside it. */
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
