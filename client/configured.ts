import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { refusedTls, wordsOf } from './connection-fault';
import { KnownError } from '../workflows/domain/known-error';

/** How to reach a Temporal server; the address is always known. */
export interface Reachable {
  readonly connectionOptions: ConfiguredOptions;
  readonly namespace: string;
}

type ConfiguredOptions = ClientConnectConfig['connectionOptions'] & { readonly address: string };

/**
 * How to reach the Temporal that the environment names, by the CLI's own variables and profiles.
 * Throws one message where those contradict each other or name a file that cannot be read.
 */
export function configuredTemporal(): Reachable {
  const { connectionOptions, namespace } = readSettings();
  const address = connectionOptions.address ?? 'localhost:7233';
  return {
    connectionOptions: { ...connectionOptions, address },
    namespace: namespace ?? 'default',
  };
}

/**
 * Makes a client. Rejects with one message: at once where TLS is what is wrong, else when the server
 * does not answer within ten seconds.
 */
export async function connectClient({ connectionOptions, namespace }: Reachable): Promise<Client> {
  const { address, tls, metadata, apiKey } = connectionOptions;
  const options: ConnectionOptions = {
    address,
    connectTimeout: '10s',
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
  };
  const isSecured = tls !== undefined && tls !== false;
  const refused = isSecured ? await refusedTls(options) : undefined;
  if (refused !== undefined) {
    throw new KnownError(
      'ConfigInvalid',
      `the Temporal server at ${address} cannot be reached over TLS: ${refused}`,
    );
  }
  try {
    return new Client({ connection: await Connection.connect(options), namespace });
  } catch (error) {
    const why = await wordsOf(options, error);
    const hint = isSecured ? '' : '; where it speaks TLS, TEMPORAL_TLS must be true';
    const message = `the Temporal server at ${address} does not answer: ${why}${hint}`;
    throw new KnownError('ServerUnavailable', message, { cause: error });
  }
}

function readSettings(): ClientConnectConfig {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `the settings of Temporal (TEMPORAL_* or a profile) cannot be used: ${why}`;
    throw new KnownError('ConfigInvalid', message, { cause: error });
  }
}
