import { NO_FINDINGS, problem, warning, type Findings } from '../../../workflows/domain/findings';
import type { Connections } from '../session/connections';
import type { DatabaseRef } from '../session/database-ref';
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { z } from 'zod';

/** The signs that a session does not have a backend of its own. */
type PoolerSign = 'backend changed' | 'backend shared' | 'settings lost';

const stateRow = z.object({ pid: z.number(), probe: z.string().nullable() });
type State = z.infer<typeof stateRow>;

/** How often each session is asked, twice each time, while the others are idle, and again while they are busy. */
const ROUNDS = 4;

/** A pool that has no other server connection lets one session wait for the other's transaction. */
const PATIENCE_MS = 3_000;

/** A session, and what only it knows. */
interface Probed {
  readonly client: Client;
  readonly probe: string;
}

const WORDS: Readonly<Record<PoolerSign, string>> = {
  'backend changed': 'several backends answer one session',
  'backend shared': 'one backend answers two sessions',
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
export async function checkPooler(
  connections: Connections,
  databaseRef: DatabaseRef,
): Promise<Findings> {
  return withSessions({ connections, databaseRef }, [], async (sessions) =>
    inWords(databaseRef, sessions, await findPoolerSigns(sessions)),
  );
}

interface PoolerTrial {
  readonly connections: Connections;
  readonly databaseRef: DatabaseRef;
}

async function withSessions<T>(
  opening: PoolerTrial,
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
  if (port !== POOLER_PORT && !POOLER_HOST.test(host)) return NO_FINDINGS;
  const named = port === POOLER_PORT ? `port ${String(port)}` : 'the name of its host';
  return warning('pooler', [
    `${server} looks like a pooler by ${named}, but a trial kept its sessions: make sure that it is a session pooler`,
  ]);
}

/**
 * Finds out by behaviour whether sessions are backends of their own: asks several sessions to one place
 * which backend answers and whether their settings are still there, first in turns, then one of them
 * while the others are in transactions. An empty answer means that such sessions can be relied on. Where
 * there is a pooler, the settings of the sessions are reset on the backends they reach.
 */
async function findPoolerSigns(clients: readonly Client[]): Promise<readonly PoolerSign[]> {
  const sessions = clients.map((client) => ({ client, probe: randomUUID() }));
  for (const { client, probe } of sessions) {
    await client.query(`SELECT set_config('moveout.probe', $1, false)`, [probe]);
  }
  const idle = signsIn(await askInTurns(sessions));
  const signs = idle.length > 0 ? idle : signsIn(await askWhileBusy(sessions));
  if (signs.length > 0) await leaveAsFound(clients);
  return signs;
}

interface PoolerAnswer extends State {
  readonly session: Probed;
}

/** Twice in a row: a pool of two that takes turns would show each of two sessions the same backend. */
async function askInTurns(sessions: readonly Probed[]): Promise<readonly PoolerAnswer[]> {
  const answers: PoolerAnswer[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const session of sessions) answers.push(await ask(session), await ask(session));
  }
  return answers;
}

async function askWhileBusy([session, ...others]: readonly Probed[]): Promise<
  readonly PoolerAnswer[]
> {
  if (session === undefined) return [];
  const answers: PoolerAnswer[] = [];
  const endAll = (): Promise<unknown> =>
    Promise.all(others.map(({ client }) => client.query('COMMIT')));
  for (let round = 0; round < ROUNDS; round += 1) {
    // Whether it worked the second COMMIT tells, which only warns where there is nothing to end.
    const impatience = setTimeout(() => void endAll().catch(() => undefined), PATIENCE_MS);
    try {
      for (const { client } of others) await client.query('BEGIN');
      for (const other of others) answers.push(await ask(other));
      answers.push(await ask(session), await ask(session));
    } finally {
      clearTimeout(impatience);
    }
    await endAll();
  }
  return answers;
}

function signsIn(answers: readonly PoolerAnswer[]): readonly PoolerSign[] {
  const differ = (one: PoolerAnswer, other: PoolerAnswer): boolean =>
    one.session === other.session && one.pid !== other.pid;
  const share = (one: PoolerAnswer, other: PoolerAnswer): boolean =>
    one.session !== other.session && one.pid === other.pid;
  const isAny = (holds: typeof differ): boolean =>
    answers.some((one) => answers.some((other) => holds(one, other)));
  return [
    ...(isAny(differ) ? (['backend changed'] as const) : []),
    ...(isAny(share) ? (['backend shared'] as const) : []),
    ...(answers.some(({ probe, session }) => probe !== session.probe)
      ? (['settings lost'] as const)
      : []),
  ];
}

async function ask(session: Probed): Promise<PoolerAnswer> {
  const result = await session.client.query(
    `SELECT pg_backend_pid() AS pid, current_setting('moveout.probe', true) AS probe`,
  );
  return { ...stateRow.parse(result.rows[0]), session };
}

/** Without this, what was set for these sessions would stay on the backend for its next client. */
async function leaveAsFound(clients: readonly Client[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(clients.map((client) => client.query('RESET ALL')));
  }
}
