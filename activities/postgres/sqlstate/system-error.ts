import { types } from 'node:util';
import { fileProblem } from '../../backup/store-failure';
import type { Landing } from './conditions';
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

/** Where an error of the operating system lands; `undefined` where it is none that a rule names. */
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
