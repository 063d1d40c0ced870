import type { Landing } from './classify';

/** OpenSSL's names for what is wrong with a certificate (Node.js, "X509 certificate error codes"), and what to do. */
const CERTIFICATES: readonly (readonly [pattern: RegExp, why: string, remedy: string])[] = [
  [/^CERT_HAS_EXPIRED$/, ': it has expired', 'renew it on the server'],
  [/^CERT_NOT_YET_VALID$/, ': it is not valid yet', 'check the clocks of server and worker'],
  [
    /^HOSTNAME_MISMATCH$|^ERR_TLS_CERT_ALTNAME_INVALID$/,
    ': it is for another host',
    'write the host name that it is for into the URL',
  ],
  [
    /^DEPTH_ZERO_|^SELF_SIGNED_|^UNABLE_TO_/,
    ': its authority is unknown',
    'sslrootcert in the URL names the file with the CA to trust',
  ],
  [
    /^CERT_|^CRL_|^INVALID_|^PATH_LENGTH_|^ERROR_IN_C|^ERR_TLS_CERT/,
    '',
    'sslrootcert in the URL names the file with the CA to trust',
  ],
];

/** What node-postgres says if the server answers a request for TLS with no, or with an error. */
const NO_TLS = 'The server does not support SSL connections';
const NOT_NOW = 'There was an error establishing an SSL connection';

/** A handshake that broke off is a lost connection, not a wrong setting. */
const BROKEN_OFF = /^ERR_SSL_(?:UNEXPECTED_EOF|.*BAD_RECORD_MAC)/;
const HANDSHAKE = /^ERR_(?:SSL|OSSL|TLS|CRYPTO)_/;

/**
 * Where an error of TLS to PostgreSQL lands; `undefined` if it is none. The message names the parameter of the URL to
 * look at. `hasMode` tells whether the URL says `sslmode`, as far as that is known.
 */
export function tlsError(error: Error, errno: string, hasMode?: boolean): Landing | undefined {
  if (error.message.startsWith(NO_TLS))
    return { code: 'ConfigInvalid', words: withoutTls(hasMode) };
  if (error.message.startsWith(NOT_NOW))
    return { code: 'ServerUnavailable', words: 'the server cannot start TLS at the moment' };
  const certificate = CERTIFICATES.find(([pattern]) => pattern.test(errno));
  if (certificate !== undefined) {
    const [, why, remedy] = certificate;
    const more = reasonOf(error);
    const code = more === '' ? errno : `${errno}: ${more}`;
    const words = `the server's certificate was not accepted${why} (${code}); ${remedy}`;
    return { code: 'ConfigInvalid', words };
  }
  if (BROKEN_OFF.test(errno))
    return { code: 'ServerUnavailable', words: `the connection was lost (${errno})` };
  if (!HANDSHAKE.test(errno)) return undefined;
  const reason = reasonOf(error) || 'no reason given';
  const words = `TLS handshake failed: ${reason} (${errno}); see sslcert, sslkey, sslrootcert and sslmode in the URL`;
  return { code: 'ConfigInvalid', words };
}

function withoutTls(hasMode: boolean | undefined): string {
  const isFromOutside = hasMode === false && process.env['PGSSLMODE'] !== undefined;
  const who = isFromOutside ? "PGSSLMODE in the worker's environment" : 'sslmode in the URL';
  return `the server offers no TLS, but ${who} asks for it; turn TLS on there, or write sslmode=disable into the URL`;
}

/** The message itself is a line of OpenSSL's with addresses in it. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : '';
}
