import type { Landing } from './conditions';
import type { FailureCode } from '../../../workflows/domain/failure';

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
    /^There was an error establishing an SSL connection/,
    { code: 'ServerUnavailable', words: 'the server cannot take up TLS for now' },
  ],
  [
    /^The server does not support SSL connections/,
    {
      code: 'ConfigInvalid',
      words:
        'the server offers no TLS; turn it on there, or say sslmode=disable in the URL of the connection',
    },
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

/** OpenSSL's names for what is wrong with a certificate (Node.js, "X509 certificate error codes"). */
const CERTIFICATES: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'has expired; renew it on the server'],
  [/^CERT_NOT_YET_VALID$/, 'is not valid yet; check the clocks'],
  [
    /^HOSTNAME_MISMATCH$|^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'is for another host; use the name that it is for in the URL of the connection',
  ],
  [
    /^DEPTH_ZERO_|^SELF_SIGNED_|^UNABLE_TO_/,
    'is of no known authority; name its CA by sslrootcert in the URL of the connection',
  ],
  [/^CERT_|^CRL_|^INVALID_|^PATH_LENGTH_/, 'was not accepted'],
];

/** A handshake that broke off is a lost connection, not a wrong setting. */
const BROKEN_OFF = /^ERR_SSL_(?:UNEXPECTED_EOF|.*BAD_RECORD_MAC)/;
const TLS = /^ERR_(?:SSL|OSSL|TLS)_/;

/** Where an error of the driver or of TLS lands; `undefined` where it is neither. */
export function clientError(error: Error, errno: string): Landing | undefined {
  const text = TEXTS.find(([pattern]) => pattern.test(error.message));
  if (errno === '') return text?.[1];
  const certificate = CERTIFICATES.find(([pattern]) => pattern.test(errno));
  if (certificate !== undefined)
    return said('ConfigInvalid', `the server's certificate ${certificate[1]}`, errno);
  if (BROKEN_OFF.test(errno)) return said(LOST_CONNECTION.code, LOST_CONNECTION.words, errno);
  if (!TLS.test(errno)) return undefined;
  const advice = 'see sslmode, sslcert and sslkey in the URL of the connection';
  return said('ConfigInvalid', `no TLS session came about; ${advice}`, errno);
}

function said(code: FailureCode, words: string, errno: string): Landing {
  return { code, words: `${words} (${errno})` };
}
