import { Connection, type ConnectionOptions } from '@temporalio/client';

const CA = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH';
const NAME = 'TEMPORAL_TLS_SERVER_NAME';
const CERT = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
const KEY = 'TEMPORAL_TLS_CLIENT_KEY_PATH';

/** A server that takes this long to refuse is one to be patient with. */
const ONE_CALL_MS = 5_000;

/**
 * Asks once and tells what is wrong with TLS, in words that name the setting to look at; `undefined`
 * where nothing is, or where what is wrong may pass.
 */
export async function refusedTls(options: ConnectionOptions): Promise<string | undefined> {
  const fault = await firstFault(options);
  if (fault === undefined) return undefined;
  if (/(?:DECODER|PEM) routines/.test(fault)) {
    return `the client's certificate or its key cannot be read; see ${CERT} and ${KEY}`;
  }
  const reason = /routines:[^:]*:([^:]+)/.exec(fault)?.[1];
  if (reason === undefined) {
    if (!/certificate|altnames/i.test(fault)) return undefined;
    return `its certificate was not accepted: ${fault}; see ${CA} and ${NAME}`;
  }
  if (reason === 'wrong version number') return 'it does not speak TLS; see TEMPORAL_TLS';
  return `${reason}; see ${CERT} and ${KEY}`;
}

/** Why a call does not get through, in the words of gRPC's last try; else the words of `error`. */
export async function wordsOf(options: ConnectionOptions, error: unknown): Promise<string> {
  const fault = await firstFault(options);
  return fault ?? (error instanceof Error ? error.message : String(error));
}

/** The SDK's own calls are tried again until they are late, and then only say that they are late. */
async function firstFault(options: ConnectionOptions): Promise<string | undefined> {
  try {
    // In the pool that all connections share, this one would hear of the wait instead of the fault.
    const channelArgs = { 'grpc.use_local_subchannel_pool': 1 };
    const connection = Connection.lazy({ ...options, channelArgs, interceptors: [] });
    try {
      await connection.withDeadline(Date.now() + ONE_CALL_MS, () =>
        connection.workflowService.getSystemInfo({}),
      );
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const last =
      /Last error: (?:Error(?: \[\w+\])?: )?([\s\S]*?)\s*(?: \(\d{4}-[^)]*\))?\. Resolution/;
    return (last.exec(said)?.[1] ?? said).replace(/\s*\n\s*/g, ' ');
  }
}
