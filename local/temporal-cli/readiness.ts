import { setTimeout as wait } from 'node:timers/promises';
import type { WatchedProcess } from './watched-process';

/** What has to answer before a server counts as ready. */
export interface Awaited {
  readonly server: WatchedProcess;
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  readonly limitMs: number;
}

const POLL_MS = 100;

/** Milliseconds after which one try is given up. */
const ONE_LOOK = 2_000;

/**
 * Resolves once the server knows the namespace and its Web UI answers. Rejects when the server's
 * process ends before that or the limit passes, with what was the matter last.
 */
export async function awaitReady(awaited: Awaited): Promise<void> {
  const deadline = Date.now() + awaited.limitMs;
  for (;;) {
    const trouble = await troubleWith(awaited);
    if (trouble === undefined) return;
    if (!awaited.server.isRunning()) throw new Error('it ended while starting');
    if (Date.now() > deadline) {
      throw new Error(`it did not answer within ${String(awaited.limitMs / 1000)} s: ${trouble}`);
    }
    await wait(POLL_MS);
  }
}

async function troubleWith(awaited: Awaited): Promise<string | undefined> {
  try {
    await describeNamespace(awaited.address, awaited.namespace);
    await fetch(awaited.uiUrl, { method: 'HEAD', signal: AbortSignal.timeout(ONE_LOOK) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function describeNamespace(address: string, namespace: string): Promise<void> {
  // Loaded here: every command needs this folder, few start a server.
  const { Connection } = await import('@temporalio/client');
  // Without the interceptor that tries a call again: it would do so on the closed connection, and end the process.
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    await connection.withDeadline(Date.now() + ONE_LOOK, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}
