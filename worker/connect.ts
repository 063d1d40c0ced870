import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { KnownError } from '../workflows/domain/known-error';

const CA = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH';
const NAME = 'TEMPORAL_TLS_SERVER_NAME';
const CERT = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
const KEY = 'TEMPORAL_TLS_CLIENT_KEY_PATH';

/** What the SDK's core says of TLS, in its own debugging notation, and what it means. */
const FAULTS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [
    /InvalidCertificate\((\w+)/,
    (found) => `its certificate was not accepted (${found}); see ${CA} and ${NAME}`,
  ],
  [/received fatal alert: (\w+)/, (found) => `it refused: ${found}; see ${CERT} and ${KEY}`],
  [/(PrivateKeyParseError)/, () => `the client's key cannot be read; see ${KEY}`],
  [/(InvalidContentType)/, () => 'it does not speak TLS; see TEMPORAL_TLS'],
];

/**
 * How to reach the Temporal that the environment names, by the CLI's own variables and profiles.
 * Throws one message where those contradict each other or name a file that cannot be read.
 */
export function configuredConnection(): Required<ClientConnectConfig> {
  try {
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
    return { connectionOptions, namespace };
  } catch (error) {
    throw new KnownError(
      'ConfigInvalid',
      `the settings of Temporal (TEMPORAL_* or a profile) cannot be used: ${wordsOf(error)}`,
      { cause: error },
    );
  }
}

/** Connects a worker; rejects with one message that names the server and, for TLS, the setting. */
export async function connectWorker(options: NativeConnectionOptions): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    const address = options.address ?? 'localhost:7233';
    const said = wordsOf(error);
    const fault = FAULTS.flatMap(([pattern, words]) => {
      const found = pattern.exec(said)?.[1];
      return found === undefined ? [] : [words(found)];
    })[0];
    throw new KnownError(
      'ServerUnavailable',
      `the Temporal server at ${address} does not answer: ${fault ?? `${said}${hint(options, said)}`}`,
      { cause: error },
    );
  }
}

/** A server that is spoken to in the wrong way hangs up without a word. */
function hint({ tls }: NativeConnectionOptions, said: string): string {
  if (!/closed|Reset|BrokenPipe|EOF/i.test(said)) return '';
  if (tls === undefined || tls === null || tls === false)
    return '; where it speaks TLS, TEMPORAL_TLS must be true';
  return `; where it wants a client certificate, see ${CERT} and ${KEY}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
