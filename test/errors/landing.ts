import { ApplicationFailure } from '@temporalio/common';
import type { Client } from 'pg';
import { Connections } from '../../activities/postgres/session/connections';
import type { DatabaseRef } from '../../activities/postgres/session/database-ref';
import { sessionAt } from '../support/harness/session-at';

/** What stands for a value of a row: it may be in no message. */
export const CANARY = 'hunter2@example.org';

/** How an error has landed: its code, whether Temporal tries again, and all that Temporal would keep of it. */
export interface Landed {
  readonly code: string;
  readonly isRetried: boolean;
  readonly message: string;
  readonly kept: string;
}

/** Waits for `work` to fail by a failure of the closed table, and says where it landed. */
export async function landing(work: Promise<unknown>): Promise<Landed> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  const { message, stack = '', details, cause } = error;
  return {
    code: error.type ?? '',
    isRetried: error.nonRetryable !== true,
    message,
    kept: [message, stack, JSON.stringify(details), String(cause)].join('\n'),
  };
}

/** Sessions as an attempt has them, in the database of a URL. */
export function connectionsTo(url: string): Connections {
  return new Connections(() => url, { name: 'moveout test of errors' });
}

/** Runs SQL text in such a session. */
export function run(
  url: string,
  sql: string,
  access: DatabaseRef['access'] = 'write',
): Promise<unknown> {
  return connectionsTo(url).with({ connection: 'here', access }, (client) => client.query(sql));
}

/** Runs `use` with an onlooker's session, which is none of moveout's. */
export function onlooking<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  return sessionAt(url, use);
}
