import { types } from 'node:util';
import { fileProblem } from '../../disk/fs-errors';
import type { Landing } from './classify';
import type { FailureCode } from '../../../workflows/domain/failure';

const UNREACHABLE = 'the server cannot be reached';
const LOST = 'the connection was lost';
export const SHORT = 'the worker is short of memory, ports or open files';

/** What the system says of a connection that will come back (Node.js, "Common system errors"). */
export const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EAI_FAIL: UNREACHABLE,
  EAI_NODATA: UNREACHABLE,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  ENETRESET: LOST,
  ENOTCONN: LOST,
  EPIPE: LOST,
  EPROTO: LOST,
  ERR_STREAM_DESTROYED: LOST,
  ERR_STREAM_PREMATURE_CLOSE: LOST,
  ERR_STREAM_WRITE_AFTER_END: LOST,
  ERR_SOCKET_CLOSED: LOST,
};

/** What the worker itself has run out of. */
export const SCARCE: ReadonlySet<string> = new Set([
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAGAIN', 'EADDRNOTAVAIL'],
]);

/** What a socket in the file system says. */
export const SOCKET: Readonly<Record<string, readonly [FailureCode, string]>> = {
  ENOENT: ['ServerUnavailable', 'no server listens at the socket'],
  EACCES: ['AccessDenied', 'the worker may not use the socket'],
  EPERM: ['AccessDenied', 'the worker may not connect'],
};

/** Where an error of the operating system lands; `undefined` if it is none that a rule names. */
export function systemError(error: Error, errno: string): Landing | undefined {
  const isSocket = textOf(error, 'syscall') === 'connect';
  const path = textOf(error, 'path');
  // Beside a session the only files are those of a backup.
  if (path !== undefined && !isSocket) return fileProblem(error, path);
  if (SCARCE.has(errno)) return { code: 'ServerBusy', words: `${SHORT} (${errno})` };
  const socket = isSocket ? SOCKET[errno] : undefined;
  const [code, words] = socket ?? ['ServerUnavailable', NETWORK[errno]];
  return words === undefined
    ? undefined
    : { code, words: `${words} (${errno}${addressesOf(error)})` };
}

/** A name with several addresses gives an error for each, in one that has none itself. */
function addressesOf(error: Error): string {
  const all = 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const found = all.filter(types.isNativeError).map(addressOf);
  const named = found.filter((address) => address !== '');
  return named.length === 0 ? '' : ` at ${named.join(', ')}`;
}

function addressOf(error: Error): string {
  const address = textOf(error, 'address');
  if (address === undefined) return '';
  return 'port' in error ? `${address}:${String(error.port)}` : address;
}

function textOf(error: Error, name: string): string | undefined {
  const found = Object.entries(error).find(([key]) => key === name);
  const value: unknown = found?.[1];
  return typeof value === 'string' ? value : undefined;
}

const LOST_CONNECTION: Landing = { code: 'ServerUnavailable', words: 'the connection was lost' };

/** What node-postgres 8 and pg-pool 3 say without any code. */
const TEXTS: readonly (readonly [RegExp, Landing])[] = [
  [
    /^Connection terminated|^Connection ended|^Client was closed|^Client has encountered/,
    LOST_CONNECTION,
  ],
  [
    /^timeout expired|^timeout exceeded|^Query read timeout/,
    { code: 'ServerUnavailable', words: 'the server did not answer in time' },
  ],
  [
    /password must be a (?:non-empty )?string/i,
    {
      code: 'AccessDenied',
      words: 'the server asks for a password and the URL of the connection has none',
    },
  ],
  [/^SASL/, { code: 'AccessDenied', words: 'the exchange of the password (SCRAM) failed' }],
  [
    /^unable to determine transport target|^Received unexpected/,
    { code: 'Unexpected', words: 'the protocol with the server is out of step' },
  ],
];

/** Where an error of the driver lands; `undefined` if it is none. */
export function driverError(error: Error): Landing | undefined {
  return TEXTS.find(([pattern]) => pattern.test(error.message))?.[1];
}
