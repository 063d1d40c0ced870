import type { Client } from '../../postgres/database-client';
import type { Connections, DatabaseRef } from '../../postgres/connections';
import { findPoolerSigns, type PoolerSign } from '../../postgres/checks/pooler';
import { warning, problem, mergeFindings, type Findings } from './remarks';

const WORDS: Readonly<Record<PoolerSign, string>> = {
  'backend changed': 'one session is answered by several backends',
  'backend shared': 'two sessions are answered by one backend',
  'settings lost': 'settings of a session are lost between statements',
};

/** The port of a transaction pooler, and how hosts of poolers are called, on hosted Supabase. */
const POOLER_PORT = 6543;
const POOLER_HOST = /pooler|supavisor/i;

/** More than one process of a pooler would take: two sessions of these meet in one. */
const SESSIONS = 3;

/**
 * Finds out whether a connection answers through a transaction pooler. What it does is a problem
 * (`pooler`); what it is merely called, a warning of the same code. Opens three sessions for a moment.
 */
export async function poolerFindings(
  connections: Connections,
  databaseRef: DatabaseRef,
): Promise<Findings> {
  return withSessions({ connections, databaseRef }, [], async (sessions) =>
    inWords(databaseRef, sessions, await findPoolerSigns(sessions)),
  );
}

interface Opening {
  readonly connections: Connections;
  readonly databaseRef: DatabaseRef;
}

async function withSessions<T>(
  opening: Opening,
  opened: readonly Client[],
  use: (sessions: readonly Client[]) => Promise<T>,
): Promise<T> {
  if (opened.length === SESSIONS) return use(opened);
  return opening.connections.with(opening.databaseRef, (client) =>
    withSessions(opening, [...opened, client], use),
  );
}

function inWords(
  databaseRef: DatabaseRef,
  [session]: readonly Client[],
  signs: readonly PoolerSign[],
): Findings {
  const { host = '', port = 0 } = session ?? {};
  const server = `connection "${databaseRef.connection}" (port ${String(port)})`;
  if (signs.length > 0) {
    const found = signs.map((sign) => WORDS[sign]).join(', ');
    return problem('pooler', [
      `${server} answers through a transaction pooler (${found}): use the server's own port (5432) or a session pooler`,
    ]);
  }
  if (port !== POOLER_PORT && !POOLER_HOST.test(host)) return mergeFindings([]);
  const named = port === POOLER_PORT ? `port ${String(port)}` : 'the name of its host';
  return warning('pooler', [
    `${server} looks like a pooler by ${named}, but kept its sessions when it was tried: make sure that it is a session pooler`,
  ]);
}
