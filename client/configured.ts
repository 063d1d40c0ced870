import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach the Temporal that the environment names, by the CLI's own variables and profiles. */
export function configuredTemporal() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default', address };
}

/** Makes a client; rejects with one message when the server does not answer within ten seconds. */
export async function connectClient(
  options: ReturnType<typeof configuredTemporal>['connectionOptions'],
  namespace: string,
): Promise<Client> {
  const { address, tls, metadata, apiKey } = options;
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
