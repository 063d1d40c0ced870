import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';

/** How to reach a Temporal server; the address is always known. */
export interface Reachable {
  readonly connectionOptions: ConnectionOptions;
  readonly namespace: string;
}

type ConnectionOptions = ClientConnectConfig['connectionOptions'] & { readonly address: string };

/** How to reach the Temporal that the environment names, by the CLI's own variables and profiles. */
export function configuredTemporal(): Reachable {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  return {
    connectionOptions: { ...connectionOptions, address },
    namespace: namespace ?? 'default',
  };
}

/** Makes a client; rejects with one message when the server does not answer within ten seconds. */
export async function connectClient({ connectionOptions, namespace }: Reachable): Promise<Client> {
  const { address, tls, metadata, apiKey } = connectionOptions;
  try {
    const connection = await Connection.connect({
      address,
      connectTimeout: '10s',
      ...(tls !== undefined && { tls }),
      ...(apiKey !== undefined && { apiKey }),
      ...(metadata !== undefined && { metadata }),
    });
    return new Client({ connection, namespace });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`the Temporal server at ${address} does not answer: ${why}`, { cause: error });
  }
}
