import type { Client } from 'pg';
import { z } from 'zod';
import { findOtherwise, pinAgain, type SessionKind } from './settings';
import { setTimeout as wait } from 'node:timers/promises';

/** What this process has learned of the sessions of one URL. */
export interface Manners {
  /** Whether start-up options are taken; some poolers refuse every session that has any. */
  readonly takesOptions: boolean;
  /** Settings that not every version has and that a session must have before its first statement. */
  readonly knows: readonly string[];
}

/** Of sessions to a URL that none is known of yet. */
export const UNKNOWN_MANNERS: Manners = { takesOptions: true, knows: [] };

/** PostgreSQL 17 has `transaction_timeout`, which can end a session at its very first statement. */
const SINCE_17 = ['transaction_timeout'];

/** Follows the version that a server names while a session comes about. */
export function followVersion(client: Client): () => readonly string[] {
  let major = 0;
  client.connection.on('parameterStatus', (message: unknown) => {
    const parsed = status.safeParse(message);
    if (parsed.success && parsed.data.parameterName === 'server_version')
      major = Number.parseInt(parsed.data.parameterValue, 10);
  });
  return () => (major >= 17 ? SINCE_17 : []);
}

const status = z.object({ parameterName: z.string(), parameterValue: z.string() });

/** SQLSTATEs with which poolers refuse start-up options: a protocol violation, a feature not supported. */
const REFUSALS: ReadonlySet<string> = new Set(['08P01', '0A000']);

const refusal = z.object({ code: z.string() });

/** Tells whether a session did not come about since its start-up options were refused. */
function refusesOptions(error: unknown): boolean {
  const parsed = refusal.safeParse(error);
  return parsed.success && REFUSALS.has(parsed.data.code);
}

/** How to try again what failed in this manner; `undefined` if it failed for another reason. */
export function betterManners(
  manners: Manners,
  special: readonly string[],
  error: unknown,
): Manners | undefined {
  if (manners.takesOptions && refusesOptions(error)) return { ...manners, takesOptions: false };
  const isNews = special.some((name) => !manners.knows.includes(name));
  return isNews && manners.takesOptions ? { ...manners, knows: special } : undefined;
}

const full = z.object({ code: z.literal('53300') });

/** Whether a session was refused because the server, the database or the role may have no more. */
export function isFull(error: unknown): boolean {
  return full.safeParse(error).success;
}

const denied = z.object({ code: z.literal('42501') });
const otherwiseRows = z.array(
  z.object({ name: z.string(), value: z.string(), wanted: z.string() }),
);

/** Says which setting stands otherwise than it must, if the role was refused to change it. */
export async function otherwise(
  client: Client,
  access: 'read' | 'write',
  error: unknown,
): Promise<string | undefined> {
  if (!denied.safeParse(error).success || client.getTransactionStatus() !== 'I') return undefined;
  const { rows } = await client.query(findOtherwise(access));
  const [found] = otherwiseRows.parse(rows);
  if (found === undefined) return undefined;
  const { name, value, wanted } = found;
  return `the setting ${name} is "${value}", moveout needs "${wanted}", and only a superuser may change it: ALTER ROLE … RESET ${name}, or ALTER DATABASE … RESET ${name}, whichever sets it`;
}

/** Milliseconds; a backend looks every two seconds whether its client is still there. */
const GONE_WITHIN = 5_000;
const LOOK_AGAIN = 50;

/** Waits until the session's server has no session of that name any more, for a few seconds at most. */
export async function untilNone(client: Client, name: string): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN;
  for (;;) {
    const left = await client.query(
      'SELECT FROM pg_stat_get_activity(NULL) AS a WHERE a.application_name = $1',
      [name],
    );
    if (left.rowCount === 0 || Date.now() > deadline) return;
    await wait(LOOK_AGAIN);
  }
}

const pinnedRow = z.object({ mayConnect: z.boolean() });

/** Pins a session that is used again, and names it; false if a new session would not be let in any more. */
export async function pinTaken(client: Client, kind: SessionKind, name: string): Promise<boolean> {
  const { rows } = await client.query(pinAgain(kind, name));
  return pinnedRow.parse(rows[0]).mayConnect;
}
