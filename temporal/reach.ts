import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Connection, type ConnectionOptions as TemporalOptions } from '@temporalio/client';
import { KnownError } from '../workflows/domain/known-error';
import { temporalProblem } from '../workflows/domain/temporal-problem';
import type { Reachable } from './settings';

const CA = 'TEMPORAL_TLS_SERVER_CA_CERT_PATH';
const NAME = 'TEMPORAL_TLS_SERVER_NAME';
const CERT = 'TEMPORAL_TLS_CLIENT_CERT_PATH';
const KEY = 'TEMPORAL_TLS_CLIENT_KEY_PATH';

/** Milliseconds; a server that is being started answers within this. */
const PATIENCE = 10_000;
const ONE_CALL = 5_000;
const PAUSE = 250;

/** gRPC's status codes that a later call may not meet again. */
const PASSING: ReadonlySet<number> = new Set([4, 8, 14]);
const NOT_FOUND = 5;

const IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be looked up for now',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'the connection is not answered',
};

/**
 * Makes sure that the Temporal server answers and has the namespace. Rejects with one message that names the server and
 * the setting to look at: at once if that is wrong, after ten seconds if no one answers. Faults are identified by gRPC's status
 * codes and by the codes of the connection, and said in words of ours.
 */
export async function assertReachable(reachable: Reachable): Promise<void> {
  const { namespace } = reachable;
  const { address } = reachable.connectionOptions;
  const start = Date.now();
  for (;;) {
    const status = await ask(reachable);
    if (status === undefined) return;
    if (status.code === NOT_FOUND) {
      const words = `the Temporal server at ${address} has no namespace "${namespace}": check TEMPORAL_NAMESPACE`;
      throw new KnownError('ConfigInvalid', words);
    }
    if (!PASSING.has(status.code)) throw refusal(address, status.error);
    const fault = await faultOf(reachable);
    if (fault?.isLasting === true) {
      const words = `the Temporal server at ${address} cannot be used: ${fault.words}`;
      throw new KnownError('ConfigInvalid', words);
    }
    if (Date.now() - start < PATIENCE) {
      await wait(PAUSE);
      continue;
    }
    const why = fault?.words ?? 'it takes connections, and does not answer them';
    const words = `the Temporal server at ${address} does not answer: ${why}; start it, or check TEMPORAL_ADDRESS`;
    throw new KnownError('ServerUnavailable', words);
  }
}

/** The options of the client's own connection. */
export function clientOptions({ connectionOptions }: Reachable): TemporalOptions {
  const { address, tls, metadata, apiKey } = connectionOptions;
  return {
    address,
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
  };
}

interface Status {
  readonly code: number;
  readonly error: unknown;
}

/** One call that is not tried again: `undefined` if the server answers and has the namespace. */
async function ask(reachable: Reachable): Promise<Status | undefined> {
  // In the pool that all connections share, this one would hear of the wait instead of the fault.
  const channelArgs = { 'grpc.use_local_subchannel_pool': 1 };
  const options = { ...clientOptions(reachable), channelArgs, interceptors: [] };
  const { namespace } = reachable;
  try {
    const connection = Connection.lazy(options);
    try {
      await connection.withDeadline(Date.now() + ONE_CALL, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    const isStatus = error instanceof Error && 'code' in error && typeof error.code === 'number';
    return { code: isStatus ? Number(error.code) : 14, error };
  }
}

function refusal(address: string, error: unknown): KnownError {
  const problem = temporalProblem(error);
  const words = problem?.words ?? 'it answers as no Temporal does';
  return new KnownError(
    problem?.code ?? 'ConfigInvalid',
    `the Temporal server at ${address} cannot be used: ${words}`,
  );
}

interface ConnectionFault {
  readonly words: string;
  /** Whether a later try would meet it again. */
  readonly isLasting: boolean;
}

/** Why a connection does not come about; `undefined` if it does. */
async function faultOf(reachable: Reachable): Promise<ConnectionFault | undefined> {
  const { code, isOpen } = await connectionEnd(reachable);
  if (code === undefined) return undefined;
  const known = IN_WORDS[code];
  if (known !== undefined) return { words: known, isLasting: false };
  if (!isSecured(reachable)) {
    const words = 'it closes the connection; if it speaks TLS, set TEMPORAL_TLS=true';
    return { words, isLasting: false };
  }
  return { words: tlsFault(code, isOpen), isLasting: true };
}

/** What a code of OpenSSL or of the system means for a TLS connection, `isOpen` once the server's certificate was accepted. */
function tlsFault(code: string, isOpen: boolean): string {
  if (code.startsWith('ERR_OSSL_'))
    return `the client's certificate or its key cannot be read; see ${CERT} and ${KEY}`;
  if (isOpen || code.includes('ALERT'))
    return `it refuses the client's certificate, or asks for one; see ${CERT} and ${KEY}`;
  if (/CERT|ALTNAME|SIGNATURE|ISSUER/.test(code))
    return `its certificate was not accepted (${code}); see ${CA} and ${NAME}`;
  return 'it does not speak TLS; see TEMPORAL_TLS';
}

interface ConnectionEnd {
  /** The code of what failed; absent if the server answers. */
  readonly code?: string | undefined;
  readonly isOpen: boolean;
}

/** Connects as gRPC does, greets in HTTP/2, and tells how that ends. */
async function connectionEnd(reachable: Reachable): Promise<ConnectionEnd> {
  const { address, tls } = reachable.connectionOptions;
  const [, host = address, port = '7233'] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  const to = { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  try {
    return isSecured(reachable)
      ? await greet(
          connectTls({ ...to, ALPNProtocols: ['h2'], ...secureOptions(tls) }),
          'secureConnect',
        )
      : await greet(connectTcp(to), 'connect');
  } catch (error) {
    return { code: codeOf(error), isOpen: false };
  }
}

/** What a client of HTTP/2 says first: its preface, and a frame of settings that is empty. */
const GREETING = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

/** The answer is a frame of settings as well: its type stands fourth. */
const isAnswer = (bytes: Buffer): boolean => bytes[3] === 4;

function greet(socket: Socket, opens: 'connect' | 'secureConnect'): Promise<ConnectionEnd> {
  return new Promise((resolve) => {
    let isOpen = false;
    const settle = (code?: string): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve({ code, isOpen });
    };
    const patience = setTimeout(() => settle('ETIMEDOUT'), ONE_CALL);
    socket.once(opens, () => {
      isOpen = true;
      socket.write(GREETING);
    });
    socket.once('data', (bytes) => (isAnswer(bytes) ? settle() : settle(CLOSED)));
    socket.on('error', (error) => settle(codeOf(error)));
    socket.once('close', () => settle(CLOSED));
  });
}

/** What stands for a connection that is closed without a code. */
const CLOSED = 'CLOSED';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : CLOSED;
}

function isSecured({ connectionOptions: { tls } }: Reachable): boolean {
  return tls !== undefined && tls !== null && tls !== false;
}

function secureOptions(tls: Reachable['connectionOptions']['tls']): ConnectionOptions {
  if (tls === undefined || tls === null || typeof tls === 'boolean') return {};
  const { serverNameOverride: servername, serverRootCACertificate: ca, clientCertPair } = tls;
  return {
    ...(servername !== undefined && { servername }),
    ...(ca !== undefined && { ca: Buffer.from(ca) }),
    ...(clientCertPair !== undefined && {
      cert: Buffer.from(clientCertPair.crt),
      key: Buffer.from(clientCertPair.key),
    }),
  };
}
