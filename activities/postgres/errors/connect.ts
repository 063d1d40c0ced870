import { types } from 'node:util';
import { failure } from '../../runtime/failure';
import { databaseFailure } from './classify';

/** OpenSSL's names for what is wrong with a certificate (Node's documentation, "X509 certificate error codes"). */
const CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERROR_IN_C|INVALID_|PATH_LENGTH_|HOSTNAME_|ERR_TLS_CERT)/;
const HANDSHAKE = /^ERR_(?:SSL|OSSL|TLS|CRYPTO)_/;

/** What node-postgres says if the server answers a request for TLS with no, or with an error. */
const NO_TLS = 'The server does not support SSL connections';
const NOT_NOW = 'There was an error establishing an SSL connection';

/** What a session was to be one of. */
export interface Connecting {
  /** In words. */
  readonly place: string;
  /** Whether its URL says `sslmode`. */
  readonly hasMode: boolean;
}

/** The server's own message names the role. */
const PASSWORD =
  '; check user and password in the URL: "/" is written there as %2F, "@" as %40, "#" as %23, "?" as %3F, "%" as %25 [SQLSTATE 28P01]';

function isWrongPassword(error: unknown): boolean {
  return types.isNativeError(error) && codeOf(error) === '28P01';
}

/**
 * Turns whatever kept a session from coming about into a failure of the closed table: what is wrong
 * with TLS is a matter of the configuration, in a message that names the parameter to look at; all
 * else is as `databaseFailure` has it.
 */
export function connectFailure(error: unknown, { place, hasMode }: Connecting): Error {
  if (isWrongPassword(error))
    return failure('AccessDenied', `${place}: the server refused the password${PASSWORD}`);
  if (!types.isNativeError(error)) return databaseFailure(error, place);
  if (error.message === NOT_NOW)
    return failure('ServerUnavailable', `${place}: the server cannot start TLS at the moment`);
  const words = tlsWords(error, hasMode);
  if (words === undefined) return databaseFailure(error, place);
  return failure('ConfigInvalid', `${place}: ${words}`);
}

/**
 * Turns what node-postgres finds wrong with a URL before it connects into a failure: a file of
 * `sslrootcert`, `sslcert` or `sslkey` that cannot be read, or parameters that contradict each other.
 */
export function urlFailure(error: unknown, place: string): Error {
  if (!types.isNativeError(error)) return databaseFailure(error, place);
  const code = codeOf(error);
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const words =
    path === undefined
      ? `its URL cannot be used: ${error.message}`
      : `${path}, which its URL names, cannot be read (${code})`;
  return failure('ConfigInvalid', `${place}: ${words}`);
}

function tlsWords(error: Error, hasMode: boolean): string | undefined {
  const code = codeOf(error);
  if (error.message === NO_TLS) {
    const isFromOutside = !hasMode && process.env['PGSSLMODE'] !== undefined;
    const who = isFromOutside ? "PGSSLMODE in the worker's environment" : 'sslmode in the URL';
    return `the server offers no TLS, but ${who} asks for it`;
  }
  if (CERTIFICATE.test(code)) {
    return `the server's certificate was not accepted: ${error.message} (${code}); sslrootcert in the URL names the file with the CA to trust`;
  }
  if (!HANDSHAKE.test(code)) return undefined;
  // The message itself is a line of OpenSSL's with addresses in it.
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : '';
  return `TLS handshake failed: ${reason === '' ? 'no reason given' : reason} (${code}); see sslcert, sslkey and sslrootcert in the URL`;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
