import { LRUCache } from 'lru-cache';
import type { Client } from '../postgres/session/database-client';
import type { Connections } from '../postgres/session/connections';
import type { DatabaseRef } from '../postgres/session/database-ref';
import { findPoolerSigns, type PoolerSign } from '../postgres/checks/pooler';
import { warning, problem, mergeFindings, type Findings } from './findings';
import type { Problem } from '../../workflows/domain/plan';
import type { Settings } from '../../workflows/domain/settings';
import { failure } from '../runtime/failure';
import { readSessionRoom } from '../postgres/checks/session-room';
import { serverRef } from '../postgres/database';
import { SESSIONS_TO_READ, SESSIONS_TO_WRITE, sessionFindings } from './server-findings';

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

/**
 * Makes sure that sessions of source and target are sessions, that there may be enough of them, in the target's
 * database as well if it is there, and gives what is worth saying of them.
 * Comes before everything else: behind a transaction pooler no other answer could be trusted.
 */
export async function findPoolers(
  connections: Connections,
  { source, target }: Pick<Settings, 'source' | 'target'>,
  database: string,
): Promise<readonly Problem[]> {
  const places: readonly DatabaseRef[] = [
    { connection: source, access: 'read' },
    ...(target === source ? [] : [serverRef(target)]),
  ];
  await assertRoom(connections, { source, target, database });
  const findings: Findings[] = [];
  for (const place of places) findings.push(await findingsOf(connections, place));
  const { problems, warnings } = mergeFindings(findings);
  if (problems.length === 0) return warnings;
  throw failure('ConfigInvalid', problems.map(({ message }) => message).join('; '));
}

/** The connections of a move, and the database it goes into. */
interface Reaching {
  readonly source?: string | undefined;
  readonly target: string;
  readonly database?: string | undefined;
}

/** Refuses if the limits of role, database or server leave fewer sessions than a move needs. */
export async function assertRoom(
  connections: Connections,
  { source, target, database }: Reaching,
): Promise<void> {
  const refs: (readonly [DatabaseRef, number])[] = [[serverRef(target), SESSIONS_TO_WRITE]];
  if (source !== undefined) refs.push([{ connection: source, access: 'read' }, SESSIONS_TO_READ]);
  const found: Findings[] = [];
  for (const [place, needed] of refs) {
    const named = place.connection === target ? database : undefined;
    const rooms = await connections.with(place, (client) => readSessionRoom(client, named));
    found.push(sessionFindings(rooms, { connection: place.connection, needed }));
  }
  const messages = new Set(mergeFindings(found).problems.map(({ message }) => message));
  if (messages.size > 0) throw failure('Refused', [...messages].join(' '));
}

/** What is true of a server's sessions is true for every project of a fleet. */
const found = new LRUCache<string, Findings>({ max: 1_000, ttl: 60_000 });

/** A problem is checked again each time: an operator may be about to fix it. */
async function findingsOf(connections: Connections, databaseRef: DatabaseRef): Promise<Findings> {
  const key = `${databaseRef.connection} ${connections.digestOf(databaseRef.connection)}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const findings = await poolerFindings(connections, databaseRef);
  if (findings.problems.length === 0) found.set(key, findings);
  return findings;
}
