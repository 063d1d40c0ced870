import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { failure } from '../../runtime/failure';
import { databaseFailure, withRemedy } from './classify';
import { expiryRemedy, loginRemedy, type Login } from './login';
import { tlsError } from './tls';

/** What a session was to be connected to. */
export interface Connecting {
  /** Connection and database, in words. */
  readonly place: string;
  /** Whether its URL says `sslmode`. */
  readonly hasMode: boolean;
  readonly login: Login;
}

/** The server's own message names the role. */
const PASSWORD =
  '; check user and password in the URL: "/" is written there as %2F, "@" as %40, "#" as %23, "?" as %3F, "%" as %25';

function isWrongPassword(error: unknown): boolean {
  return types.isNativeError(error) && codeOf(error) === '28P01';
}

/** Turns whatever kept a session from coming about into a failure of the closed table. */
export function connectFailure(error: unknown, { place, hasMode, login }: Connecting): Error {
  if (isWrongPassword(error)) {
    const words = `the server refused the password${PASSWORD}; ${expiryRemedy(login)}`;
    return failure('AccessDenied', `${place}: ${words} [SQLSTATE 28P01]`);
  }
  if (error instanceof DatabaseError) return loginFailure(error, { place, login });
  if (!types.isNativeError(error)) return databaseFailure(error, place);
  const tls = tlsError(error, codeOf(error), hasMode);
  return tls === undefined
    ? databaseFailure(error, place)
    : failure(tls.code, `${place}: ${tls.words}`);
}

function loginFailure(
  error: DatabaseError,
  { place, login }: Pick<Connecting, 'place' | 'login'>,
): Error {
  const found = databaseFailure(error, place);
  const remedy = loginRemedy(error, login);
  return remedy === undefined ? found : withRemedy(found, remedy);
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

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
